"""Turns the best trials of the sweeps into the files that the step tune writes: `trials.json` and `tuned.json`.

`python -m model_training.azureml.collect --prepare F --explore F --first F [--second F] --out F`, F being folders.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from model_training.azureml import trial
from model_training.runtime.json_files import write_json
from model_training.scenarios import SCENARIOS
from model_training.search import candidate_ranking
from model_training.search.search import SearchResult
from model_training.steps import prepare, tune
from model_training.steps.step_cache import marked_complete, read_spec
from shared.core.errors import Fault
from shared.core.scenario import Scenario

NAME = "collect"
# One sweep for each tuned candidate.
SWEEPS = ("first", "second")


def main(arguments: Sequence[str] | None = None, scenarios: Mapping[str, Scenario] | None = None) -> int:
    """Collect the trials: 0 done, 1 failed with a sentence, 75 try again."""
    options = parser().parse_args(arguments)
    folders = [folder for name in SWEEPS if (folder := getattr(options, name)) is not None]
    try:
        spec = read_spec(options.prepare, scenarios or SCENARIOS)
        options.out.mkdir(parents=True, exist_ok=True)
        with marked_complete(tune.NAME, "", spec, options.out):
            _collect(options.prepare, options.explore, folders, spec.scenario, options.out)
    except Fault as fault:
        print(fault.reason, file=sys.stderr)  # noqa: T201 - the step's log
        return 1 if fault.permanent else 75
    return 0


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    result = argparse.ArgumentParser(prog=f"python -m model_training.azureml.{NAME}", description=__doc__)
    for need in ("prepare", "explore"):
        result.add_argument(f"--{need}", required=True, type=Path, metavar="FOLDER", help=f"what {need} has written")
    first, *others = SWEEPS
    result.add_argument(f"--{first}", required=True, type=Path, metavar="FOLDER", help="the best trial of a sweep")
    for name in others:
        result.add_argument(f"--{name}", type=Path, metavar="FOLDER", help="the best trial of another sweep")
    result.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write; new or empty")
    return result


def _collect(prepared: Path, explored: Path, folders: Sequence[Path], scenario: Scenario, out: Path) -> None:
    best = [trial.load(folder) for folder in folders]
    trials = {each.candidate: [each.trial] for each in best}
    results = {name: SearchResult(candidate_trials, "service") for name, candidate_trials in trials.items()}
    write_json(out / tune.TRIALS, tune.trials_file(results))
    # Other parameters do not make a candidate deployable.
    deployable = [candidate for candidate in candidate_ranking.load(explored) if not candidate.problem]
    usable = {candidate.name: trials[candidate.name] for candidate in deployable if candidate.name in trials}
    tune.write_tuned(tune.improvements(prepare.load(prepared, scenario), deployable, usable), out)


if __name__ == "__main__":
    sys.exit(main())
