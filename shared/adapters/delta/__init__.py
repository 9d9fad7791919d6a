"""Delta tables in the lake, through delta-rs."""
