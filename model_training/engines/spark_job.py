"""What a Spark job of Azure ML starts: the driver, after its code has gone to the workers.

The service runs the file out of the folder of the code, and its workers have nothing of it.
"""

import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from model_training.engines.spark_driver import main  # noqa: E402 - the path is set first

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main([*sys.argv[1:], "--ship", folder]))
