"""The steps of a training run, from define_dataset to register.

Each is a module with NAME, NEEDS and `work`: it reads the folders of the steps it needs and writes one of its own.
Locally they lie below `$MLOPS_HOME/runs/<run>/`; a run's id begins with its scenario's name.
"""
