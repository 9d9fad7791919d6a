"""Alerts: which events a person hears of, what the message says, and its delivery."""
