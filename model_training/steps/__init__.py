"""The steps of a training run, each a function of values: prepare, explore, export, evaluate."""
