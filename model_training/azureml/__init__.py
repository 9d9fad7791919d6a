"""Training and batch scoring as Azure ML jobs; azure.ai.ml is imported where it is used."""
