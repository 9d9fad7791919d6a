"""Deployments, approvals, rollouts and health in SQL."""
