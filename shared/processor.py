"""Which of numpy's loops suit this processor; asked by a process before it imports numpy.

AMD's Zen 4 runs the AVX-512 instruction that numpy sorts with in microcode: sorting takes five times as long as without
(x86-simd-sort's issue 6). Sorted values are the same either way; `exp`, `log` and powers may differ in the last digit,
as they do between processors with and without AVX-512.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

SETTING = "NPY_DISABLE_CPU_FEATURES"
# numpy's name for its loops with AVX-512.
_AVX512 = "X86_V4"
_ZEN = {"vendor_id": "AuthenticAMD", "cpu family": "25"}
# The first processor's lines are enough; the file is made as it is read.
_HEAD = 8192


def choose_loops(environ: MutableMapping[str, str], described: Path = Path("/proc/cpuinfo")) -> None:
    """Let numpy do without AVX-512 on Zen 4, unless the environment says something about numpy's loops."""
    if SETTING in environ or "NPY_ENABLE_CPU_FEATURES" in environ or not described.is_file():
        return
    with described.open(encoding="utf-8", errors="replace") as file:
        first = file.read(_HEAD).partition("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    facts = {name.strip(): value.strip() for name, _, value in pairs}
    # Zen 3 is of the same family and has no AVX-512.
    if facts.items() >= _ZEN.items() and "avx512dq" in facts.get("flags", "").split():
        environ[SETTING] = _AVX512
