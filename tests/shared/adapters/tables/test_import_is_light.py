"""A cold start that reads no file pays for no table library."""

import subprocess
import sys
from pathlib import Path

PROGRAM = (
    "import sys, shared.adapters.tables as t; t.ArrowTables(); print(sorted({'pyarrow', 'numpy'} & set(sys.modules)))"
)


def test_importing_the_adapter_loads_neither_arrow_nor_numpy() -> None:
    """They come with the first file."""
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
