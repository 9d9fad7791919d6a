"""Scoring of large windows far from the function app: what runs on Spark, and in a parallel job of Azure ML."""
