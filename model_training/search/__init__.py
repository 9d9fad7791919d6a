"""The search: parameter spaces, trials, and the ranking of candidates."""
