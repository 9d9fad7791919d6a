"""Large windows: cut into shards, scored by an engine, committed as a whole."""
