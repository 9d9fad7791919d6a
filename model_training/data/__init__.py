"""From tables to rows: joins, answers, splits, selection of columns."""
