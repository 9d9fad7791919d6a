"""Dataset versions, runs, models and schedules in SQL."""
