"""The verbs of scenarios: write one, check it, show it, export it, and generate its data."""
