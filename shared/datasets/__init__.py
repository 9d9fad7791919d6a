"""Dataset versions and the reading of tables under their contract."""
