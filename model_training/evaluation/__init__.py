"""What can honestly be said about a model, beyond its one score: computed once, written as JSON and as a card."""
