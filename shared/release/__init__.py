"""Releases: gate, certificate, approvals, rollout, the deployment pointer, rollback, endpoint reconciliation."""
