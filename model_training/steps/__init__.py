"""The steps of a training run, from define_dataset to register.

Each is a module with NAME, NEEDS and `work`: it reads the folders of the steps it needs and writes one of its own.
Locally they lie below `$MLOPS_HOME/runs/<run>/`; a run's id begins with its scenario's name.
"""

import os
import sys

from model_training.runtime.memory import choose_pool

# While `python -m` looks up a step that runs alone: its modules, which import pyarrow, are loaded after this package.
if sys.argv[:1] == ["-m"]:
    choose_pool(os.environ)
