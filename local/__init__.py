"""The laptop twin of the platform, and the mlops command. Never deployed."""
