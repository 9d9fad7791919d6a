"""What a model did not learn from: unknown categories and why they are unknown, numbers far outside its range."""
