"""Triggers: translate events and requests, dispatch them, answer. The only package that imports azure.functions."""
