"""The verbs of the mlops command, a module for each group."""
