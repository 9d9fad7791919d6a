"""State in SQL, through SQLAlchemy Core: SQLite on a laptop, servers behind the same statements."""
