"""Azure ML jobs: `python -m model_training.pipeline dump [--folder docs/azureml]`, and `… publish WORKSPACE`.

`dump` writes a training pipeline for each scenario, a batch scoring pipeline where a single file can be scored, and the
conda files they install. Settings choose compute, image and experiment; no workspace is contacted. `publish` registers
the components of this code and the environment of endpoints, which the function app's jobs and deployments name.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model_training.azureml import components, environments, scoring
from model_training.azureml.jobs import TrainingOrder, training_job
from model_training.azureml.platform import Platform, read_platform
from model_training.azureml.repository import REPOSITORY
from shared.adapters.azureml.datastore import in_datastore
from shared.core.addresses import workspace_address
from shared.core.errors import Fault
from shared.core.paths import parts_folder
from shared.core.scenario import Scenario, Scenarios

DOCUMENTS = REPOSITORY / "docs" / "azureml"
STEPS = (*components.NAMES, scoring.NAME)
# A placeholder in the committed files: the caller sets the time of scoring.
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Write or publish: 0 done, 1 failed with a sentence."""
    parser = argparse.ArgumentParser(prog="python -m model_training.pipeline", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("dump", help="write the jobs").add_argument("--folder", type=Path, default=DOCUMENTS)
    publish_parser = verbs.add_parser("publish", help="register this code in a workspace")
    publish_parser.add_argument("workspace", metavar="azureml:SUBSCRIPTION/GROUP/WORKSPACE")
    options = parser.parse_args(arguments)
    try:
        if options.verb == "publish":
            print("\n".join(publish(options.workspace, environ)))  # noqa: T201 - the command's answer
        else:
            dump(options.folder, read_platform(environ, STEPS))
    except Fault as fault:
        print(fault.reason, file=sys.stderr)  # noqa: T201 - the command's answer
        return 1
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}.", file=sys.stderr)  # noqa: T201 - the same
        return 1
    return 0


def publish(workspace: str, environ: Mapping[str, str]) -> list[str]:
    """Register every component and the environment of endpoints in the workspace; returns their names with versions."""
    from model_training.azureml import submission
    from shared.adapters.azure.clients import make_credential
    from shared.adapters.azureml.client import workspace_client

    place = workspace_address("workspace", workspace)
    credential = make_credential(environ.get("AZURE_CREDENTIAL") or "default")
    return submission.publish(workspace_client(place, credential), read_platform(environ, STEPS))


def dump(folder: Path, platform: Platform) -> None:
    """Write the conda files beside their sources, and every job into `folder`."""
    from model_training.scenarios import SCENARIOS

    environments.CONDA.mkdir(exist_ok=True)
    for name in environments.names():
        (environments.CONDA / f"{name}.yml").write_text(environments.conda_yaml(name))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files(folder, platform, SCENARIOS):
        (folder / name).write_text(content)


def files(folder: Path, platform: Platform, scenarios: Scenarios) -> Iterator[tuple[str, str]]:
    """Yield (file name, content) of every job; data and model are version 1 of the assets named after the scenario."""
    from model_training.azureml.dump import job_yaml

    # During its import the SDK logs each of its experimental parts.
    logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)
    logging.getLogger("azure.ai.ml._utils._experimental").setLevel(logging.ERROR)
    for name, scenario in scenarios.items():
        yield f"train-{name}.yml", job_yaml(training(scenario, platform), folder)
        if len(scenario.scoring_tables) == 1:
            yield f"score-{name}.yml", job_yaml(batch(scenario, platform), folder)


def training(scenario: Scenario, platform: Platform) -> Any:
    """The scenario's training job on version 1 of its data asset."""
    parts = in_datastore(parts_folder(scenario.name))
    order = TrainingOrder(scenario, f"{scenario.name}:1", f"azureml:{scenario.name}:1", parts=parts)
    return training_job(order, platform)


def batch(scenario: Scenario, platform: Platform) -> Any:
    """The scenario's scoring job with version 1 of its model."""
    model = f"{scenario.name}:1"
    order = scoring.BatchOrder(scenario, f"azureml:{scenario.name}-scoring:1", f"azureml:{model}", model, _WHEN)
    return scoring.scoring_job(order, platform)


if __name__ == "__main__":
    sys.exit(main())
