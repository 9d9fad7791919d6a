"""A training run: its steps in order, the artefact for the registry, tracking in MLflow."""
