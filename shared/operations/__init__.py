"""Operating: reconcile, replay, lineage, status and the dashboard's views."""
