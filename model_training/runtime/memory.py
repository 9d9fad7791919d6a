"""Memory that was freed goes back to the system: a fit leaves its matrices behind it, not in the process."""

from __future__ import annotations

import ctypes
import os
from collections.abc import MutableMapping
from contextlib import suppress

# glibc's names of what is set (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENAS = -1, -3, -8
# Blocks from this size on are given back one by one; of a heap what is free at its end.
_BLOCK, _END, _HEAPS = 1 << 20, 4 << 20, 2


def choose_pool(environ: MutableMapping[str, str]) -> None:
    """Let Arrow take the memory of the system; pyarrow reads this once, when it is imported."""
    environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"


def give_back() -> None:
    """Set it for this process, before it has threads and before it imports pyarrow; without glibc only Arrow is told.

    By itself glibc keeps freed blocks of up to 32 MB in a heap for each thread, and Arrow has an allocator of its own.
    """
    # What Arrow reads files with asks for no other pool than the one of its import.
    choose_pool(os.environ)
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    with suppress(OSError, AttributeError):
        tell = ctypes.CDLL(None).mallopt
        for name, value in ((_ARENAS, _HEAPS), (_MMAP_THRESHOLD, _BLOCK), (_TRIM_THRESHOLD, _END)):
            tell(name, value)


def trim() -> None:
    """Give back now what is free in between: a fit, and a graph made of it, leave many small gaps."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
