"""Training: requests, runs, schedules, and what a trained model promises."""
