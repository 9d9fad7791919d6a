"""The numbers of consecutive rows as text, without formatting each of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

_TAIL = 4
_TAILS = 10**_TAIL


def number_texts(first: int, count: int) -> pa.Array:
    """The `count` whole numbers from `first` (1 or more) on, in decimal."""
    parts, end = [pa.array([], pa.string())], first + count
    while first < end:
        stop = min(end, 10 ** len(str(first)))
        parts.append(_equally_long(first, stop))
        first = stop
    return pa.concat_arrays(parts) if len(parts) > 2 else parts[-1]  # noqa: PLR2004 - nothing, and one length


def _equally_long(first: int, stop: int) -> pa.Array:
    """The numbers from `first` to `stop`, which is not one of them; all have as many digits."""
    head, count = len(str(first)) - _TAIL, stop - first
    if head < 1:
        return pa.array([str(number) for number in range(first, stop)], pa.string())
    digits = np.empty(count, np.dtype([("head", f"S{head}"), ("tail", np.uint32)]))
    at = 0
    while at < count:
        high, low = divmod(first + at, _TAILS)
        here = slice(at, at + min(count - at, _TAILS - low))
        digits["head"][here] = str(high).encode()
        digits["tail"][here] = _tails()[low : low + here.stop - at]
        at = here.stop
    ends = np.arange(0, (count + 1) * (head + _TAIL), head + _TAIL, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(digits))


@cache
def _tails() -> np.ndarray:
    """The four digits of each number below 10 000, as the 32 bits that they take."""
    return np.frombuffer(b"".join(b"%04d" % number for number in range(_TAILS)), np.uint32)
