"""The evaluation of a model beyond its score: computed once, written as JSON and as an HTML card."""
