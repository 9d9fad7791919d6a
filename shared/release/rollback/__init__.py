"""Rollbacks: where one goes, told before it is done; by command, over HTTP, and only of what was seen."""
