"""Triggers: translate what arrives, dispatch it, answer. The only package that imports azure.functions."""
