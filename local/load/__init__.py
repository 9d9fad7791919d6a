"""A ready request for a deployment, and a bounded load on it."""
