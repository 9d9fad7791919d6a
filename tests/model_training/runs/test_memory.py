"""What a training process has read and freed goes back to the system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from command import REPOSITORY

from model_training.scenarios import SCENARIOS
from shared.core.scenario import GeneratorOptions

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

# At the end of a process: the pool of pyarrow, and what its other pools have held.
_TELLS = """
import atexit

@atexit.register
def told():
    import pyarrow as pa
    others = [name for name in pa.supported_memory_backends() if name != "system"]
    held = sum(getattr(pa, f"{name}_memory_pool")().max_memory() for name in others)
    print(pa.default_memory_pool().backend_name, held)
"""


def test_arrow_reads_files_with_the_memory_of_the_system(tmp_path: Path) -> None:
    """Its own allocators, of which it takes one by itself, have nothing: they would keep the size of the file."""
    pq.write_table(pa.table({"n": list(range(100_000))}), tmp_path / "rows.parquet")
    assert _kept(tmp_path, "told") == 0
    assert _kept(tmp_path, "not told") > 0


def test_a_step_that_runs_alone_has_the_memory_of_the_system(tmp_path: Path) -> None:
    """From the first table that it reads: pyarrow is imported before the step begins."""
    tables, first, second = (tmp_path / name for name in ("tables", "define_dataset", "validate"))
    generate = SCENARIOS["bank_marketing"].generate
    assert generate is not None
    tables.mkdir()
    pq.write_table(generate(200, 1, GeneratorOptions())["clients"], tables / "clients.parquet")
    (tmp_path / "sitecustomize.py").write_text(_TELLS)
    asked = {
        "define_dataset": ["--scenario", "bank_marketing", "--tables", tables, "--out", first],
        "validate": ["--define_dataset", first, "--out", second],
    }
    for step, options in asked.items():
        command = [sys.executable, "-m", f"model_training.steps.{step}", *options]
        environ = {**_environ(), "PYTHONPATH": f"{tmp_path}:{REPOSITORY}"}
        assert (
            subprocess.run(command, check=True, env=environ, stdout=subprocess.PIPE, text=True).stdout == "system 0\n"
        )


def _environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}


def _kept(folder: Path, told: str) -> int:
    command = [sys.executable, "-c", _READ, str(folder / "rows.parquet"), told]
    return int(subprocess.run(command, check=True, env=_environ(), stdout=subprocess.PIPE, text=True).stdout)
