"""What a step costs: seconds, and the peak memory of the process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Yield a mapping that holds `seconds` and `peak_mb` after the block.

    The peak is that of the whole process: steps that run in parallel count each other's memory.
    """
    cost: dict[str, float] = {}
    started = time.perf_counter()
    with suppress(OSError):
        # 5 resets the peak. Without Linux the peak is that of the whole life of the process.
        _RESET.write_text("5")
    yield cost
    cost["seconds"] = round(time.perf_counter() - started, 3)
    cost["peak_mb"] = round(_peak_kb() / 1024, 1)


def _peak_kb() -> float:
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1])
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
