"""A scenario written from files: what their columns are, what can be learned, and the module that says so."""
