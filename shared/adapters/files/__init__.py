"""The backends of a laptop: lake, log records and events as files."""
