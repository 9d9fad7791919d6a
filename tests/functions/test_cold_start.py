"""A cold start pays for azure.functions only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "azure.core", "azure.identity", "azure.storage",
    "azure.ai.ml", "sklearn", "lightgbm", "pandas", "pyarrow", "onnxruntime", "onnx", "sqlalchemy", "azure.kusto",
    "matplotlib", "numpy", "msgspec", "shared.workflows", "shared.adapters", "model_training.scenarios",
)  # fmt: skip


def test_indexing_the_app_imports_nothing_heavy() -> None:
    """Every trigger imports what it needs with its first message."""
    code = "import sys, function_app; function_app.app.get_functions(); print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "azure.functions" in loaded
    assert sorted(loaded & set(HEAVY)) == []
