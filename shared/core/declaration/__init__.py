"""What a declaration of a scenario is held against, and how it decides."""
