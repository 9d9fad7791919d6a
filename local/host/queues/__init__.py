"""Storage queues and their triggers."""
