"""The driver of a Spark job that scores the shards of one attempt: `python -m model_training.engines.spark_driver`.

Its input is the list of shards, one partition each. What is scored is told by receipts in the lake; the driver's own
end tells nobody anything but its log.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model_training.engines.spark_worker import RESULT, scoring
from model_training.engines.worker import open_lake, read_work

if TYPE_CHECKING:
    from shared.prediction.shard import ShardWork

_REPOSITORY = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Score every shard of the attempt; 1 when a shard was left with a problem."""
    options = parser().parse_args(arguments)
    work = read_work(open_lake(options.lake, options.credential), options.work)
    session = _session(work.name, options.master)
    try:
        if options.ship is not None:
            session.sparkContext.addPyFile(str(packed_code(options.ship)))
        problems = _run(session, work, options)
    finally:
        session.stop()
    for number, problem in problems:
        sys.stderr.write(f"Shard {number}: {problem}\n")
    return 1 if problems else 0


def parser() -> argparse.ArgumentParser:
    """The driver's arguments."""
    result = argparse.ArgumentParser(
        prog="model_training.engines.spark_driver", description=__doc__, allow_abbrev=False
    )
    result.add_argument("--lake", required=True, metavar="URL", help="as in LAKE_URL")
    result.add_argument("--credential", default="default", help="as in AZURE_CREDENTIAL")
    result.add_argument("--work", required=True, metavar="PATH", help="the attempt's description in the lake")
    result.add_argument("--master", default="", help="the cluster; without one that of the environment")
    result.add_argument("--ship", type=Path, metavar="FOLDER", help="where to pack the code that workers have not")
    return result


def packed_code(folder: Path) -> Path:
    """This code as a zip in that folder, which Python imports from."""
    packed = folder / "mlops-code.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for package in ("model_training", "shared"):
            for file in sorted((_REPOSITORY / package).rglob("*.py")):
                out.write(file, file.relative_to(_REPOSITORY))
    return packed


def _session(name: str, master: str) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(name).config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    # One row is one shard: an Arrow batch of many would make one worker score them all before any is told.
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "1")
    # Workers of a cluster have the code where the driver has it.
    builder = builder.config("spark.executorEnv.PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    if master:
        builder = builder.master(master)
    if master.startswith("local"):
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    return builder.getOrCreate()


def _run(session: Any, work: ShardWork, options: argparse.Namespace) -> list[tuple[int, str]]:
    """The shards with a problem, and what it is."""
    rows = [(json.dumps(asdict(shard)),) for shard in work.shards]
    spread = session.createDataFrame(session.sparkContext.parallelize(rows, len(rows)), "shard string")
    told = spread.mapInArrow(scoring(options.lake, options.credential, options.work), RESULT).collect()
    return [(row["shard"], row["problem"]) for row in told if row["problem"]]


if __name__ == "__main__":
    sys.exit(main())
