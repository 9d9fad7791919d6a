"""What settings say of scoring windows."""
