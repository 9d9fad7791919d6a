"""Delta tables of labels."""
