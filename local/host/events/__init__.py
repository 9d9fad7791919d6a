"""The local Event Grid: subscriptions, delivery, dead letters, and the watch on the lake."""
