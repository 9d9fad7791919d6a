"""The reads of a process's first answer, by the driver alone: SQLAlchemy takes longer to load than they take."""
