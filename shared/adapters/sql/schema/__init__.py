"""The tables of the state, by room."""
