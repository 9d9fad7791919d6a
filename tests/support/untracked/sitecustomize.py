"""For processes with this folder on their path: MLflow counts as not installed, which saves half of each training.

That runs are tracked is shown in `tests/model_training/runs/test_tracking.py` and by `mlops demo` in its test.
"""

import sys

sys.modules["mlflow"] = None  # type: ignore[assignment]
