"""The ports in memory, for simulations: dictionaries that keep every promise of the contract suites."""
