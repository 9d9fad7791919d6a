"""The best trials of the sweeps become what the step tune writes: `trials.json` and `tuned.json`.

`python -m model_training.azureml.collect --prepare F --explore F --first F [--second F] --out F`, F being folders.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from model_training.azureml import trial
from model_training.runtime.json_files import write_json
from model_training.search import candidate_ranking as contest
from model_training.search.search import Found
from model_training.steps import prepare, tune
from model_training.steps.step_cache import order_of, sealed
from shared.core.errors import Fault
from shared.core.scenario import Scenario

NAME = "collect"
# A sweep for each candidate that is tuned.
SWEEPS = ("first", "second")


def main(arguments: Sequence[str] | None = None, scenarios: Mapping[str, Scenario] | None = None) -> int:
    """Collect: 0 well, 1 with a sentence, 75 try again."""
    from model_training.scenarios import SCENARIOS

    chosen = parser().parse_args(arguments)
    folders = [folder for name in SWEEPS if (folder := getattr(chosen, name)) is not None]
    try:
        order = order_of(chosen.prepare, scenarios or SCENARIOS)
        chosen.out.mkdir(parents=True, exist_ok=True)
        with sealed(tune.NAME, "", order, chosen.out):
            _collect(chosen.prepare, chosen.explore, folders, order.scenario, chosen.out)
    except Fault as fault:
        print(fault.reason, file=sys.stderr)  # noqa: T201 - the step's log
        return 1 if fault.permanent else 75
    return 0


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog=f"python -m model_training.azureml.{NAME}", description=__doc__)
    for need in ("prepare", "explore"):
        made.add_argument(f"--{need}", required=True, type=Path, metavar="FOLDER", help=f"what {need} has written")
    first, *others = SWEEPS
    made.add_argument(f"--{first}", required=True, type=Path, metavar="FOLDER", help="the best trial of a sweep")
    for name in others:
        made.add_argument(f"--{name}", type=Path, metavar="FOLDER", help="the best trial of another sweep")
    made.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write; new or empty")
    return made


def _collect(prepared: Path, explored: Path, folders: Sequence[Path], scenario: Scenario, out: Path) -> None:
    best = [trial.load(folder) for folder in folders]
    trials = {one.candidate: [one.trial] for one in best}
    found = {name: Found(tried, "service") for name, tried in trials.items()}
    write_json(out / tune.TRIALS, tune.trials_file(found))
    # A candidate that could not be deployed is not made so by other parameters.
    entrants = [one for one in contest.load(explored) if not one.problem]
    tried = {one.name: trials[one.name] for one in entrants if one.name in trials}
    kept = tune.worth_keeping(prepare.load(prepared, scenario), entrants, tried)
    write_json(out / "tuned.json", {name: asdict(tuned) for name, tuned in kept.items()})


if __name__ == "__main__":
    sys.exit(main())
