"""What happens: ingest, train, deploy, score, reconcile. Plain functions over ports."""
