"""Retention: what is older than its area keeps, and what nothing living needs, is removed."""
