"""Operations: reconciliation, replay, lineage, status, and the dashboard's views."""
