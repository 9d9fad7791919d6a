"""A step on its own: `python -m model_training.steps.<step> --<needed step> FOLDER … --out FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from model_training.steps.context import Work
from model_training.steps.step_cache import order_of, sealed
from shared.core.errors import BadInput, Fault
from shared.core.scenario import Scenario


def start(name: str, needs: Sequence[str], work: Callable[[Work], None]) -> None:
    """Run the step with the arguments of this process, and end it: 0 well, 1 with a sentence, 75 try again."""
    sys.exit(main(name, needs, work))


def main(
    name: str,
    needs: Sequence[str],
    work: Callable[[Work], None],
    arguments: Sequence[str] | None = None,
    scenarios: Mapping[str, Scenario] | None = None,
) -> int:
    """Run the step; which scenario, profile and seed is read from the first folder it needs."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # the package has no types

    from model_training.scenarios import SCENARIOS

    parser = argparse.ArgumentParser(prog=f"python -m model_training.steps.{name}", description=__doc__)
    for need in needs:
        parser.add_argument(f"--{need}", required=True, type=Path, metavar="FOLDER", help=f"what {need} has written")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write; new or empty")
    chosen = parser.parse_args(arguments)
    inputs = {need: getattr(chosen, need) for need in needs}
    try:
        order = order_of(inputs[needs[0]], scenarios or SCENARIOS)
        _make_empty(chosen.out)
        with threadpool_limits(1), sealed(name, "", order, chosen.out):
            work(Work(order, inputs, chosen.out, _tell))
    except Fault as fault:
        print(fault.reason, file=sys.stderr)  # noqa: T201 - the step's log
        return 1 if fault.permanent else 75
    return 0


def _make_empty(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        raise BadInput(f"{out} is not empty; accepted: a new or empty folder.")
    out.mkdir(parents=True, exist_ok=True)


def _tell(text: str, done: float = 0.0, **_facts: object) -> None:
    print(f"{done:4.0%} {text}", file=sys.stderr, flush=True)  # noqa: T201 - the step's log
