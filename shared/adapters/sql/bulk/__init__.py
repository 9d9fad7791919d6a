"""Prediction rows in bulk, one way per database."""
