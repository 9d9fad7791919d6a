"""A step on its own: `python -m model_training.steps.<step> --<needed step> FOLDER … --out FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from model_training.runtime.memory import give_back
from model_training.scenarios import SCENARIOS
from model_training.steps.context import StepContext
from model_training.steps.step_cache import marked_complete, read_spec
from shared.core.errors import BadInput, Fault
from shared.core.scenario import Scenario


def start(name: str, needs: Sequence[str], run_step: Callable[[StepContext], None]) -> None:
    """Run the step with the arguments of this process and exit: 0 done, 1 failed with a sentence, 75 try again."""
    give_back()
    sys.exit(main(name, needs, run_step))


def main(
    name: str,
    needs: Sequence[str],
    run_step: Callable[[StepContext], None],
    arguments: Sequence[str] | None = None,
    scenarios: Mapping[str, Scenario] | None = None,
) -> int:
    """Run the step; scenario, profile and seed come from the first folder it needs."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # the package has no types

    parser = argparse.ArgumentParser(prog=f"python -m model_training.steps.{name}", description=__doc__)
    for need in needs:
        parser.add_argument(f"--{need}", required=True, type=Path, metavar="FOLDER", help=f"what {need} has written")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write; new or empty")
    options = parser.parse_args(arguments)
    inputs = {need: getattr(options, need) for need in needs}

    def work() -> None:
        spec = read_spec(inputs[needs[0]], scenarios or SCENARIOS)
        make_empty(options.out)
        with threadpool_limits(1), marked_complete(name, "", spec, options.out):
            run_step(StepContext(spec, inputs, options.out, _print_progress))

    return ended(work)


def ended(work: Callable[[], None]) -> int:
    """How a step that runs alone ended: 0 done; 1, or 75 where a later try may help, with a sentence in its log."""
    try:
        work()
    except Fault as fault:
        print(fault.reason, file=sys.stderr)  # noqa: T201 - the step's log
        return 1 if fault.permanent else 75
    except OSError as error:
        if not error.strerror:
            raise
        print(f"{error.filename or 'A file'} cannot be used: {error.strerror}.", file=sys.stderr)  # noqa: T201 - as above
        return 1
    return 0


def make_empty(out: Path) -> None:
    """Create the folder; BadInput for a file, and for a folder that holds something."""
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file; accepted: a new or empty folder.")
    if out.exists() and any(out.iterdir()):
        raise BadInput(f"{out} is not empty; accepted: a new or empty folder.")
    out.mkdir(parents=True, exist_ok=True)


def _print_progress(text: str, done: float = 0.0, **_facts: object) -> None:
    print(f"{done:4.0%} {text}", file=sys.stderr, flush=True)  # noqa: T201 - the step's log
