"""What a training process has read and freed goes back to the system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_READ = """
import sys
from model_training.runtime.memory import give_back
if sys.argv[2] == "told":
    give_back()
import pyarrow as pa
import pyarrow.parquet as pq
pq.read_table(sys.argv[1])
others = [name for name in pa.supported_memory_backends() if name != "system"]
print(sum(getattr(pa, f"{name}_memory_pool")().max_memory() for name in others))
"""


def test_arrow_reads_files_with_the_memory_of_the_system(tmp_path: Path) -> None:
    """Its own allocators, of which it takes one by itself, have nothing: they would keep the size of the file."""
    pq.write_table(pa.table({"n": list(range(100_000))}), tmp_path / "rows.parquet")
    assert _kept(tmp_path, "told") == 0
    assert _kept(tmp_path, "not told") > 0


def _kept(folder: Path, told: str) -> int:
    command = [sys.executable, "-c", _READ, str(folder / "rows.parquet"), told]
    environ = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    return int(subprocess.run(command, check=True, env=environ, stdout=subprocess.PIPE, text=True).stdout)
