"""Files of this machine that get their name when they are whole."""

from __future__ import annotations

from shared.adapters.files.whole_files import whole_file, write_whole

__all__ = ["whole_file", "write_whole"]
