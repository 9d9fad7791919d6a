"""What people and report tools read: lineage, totals, prediction rows, views."""
