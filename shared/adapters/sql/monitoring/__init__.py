"""Measurements, actuals and alert deliveries in SQL."""
