"""How often the gate's comparison errs: worse and shipped, better and refused, each with its exact 95 % bound.

python bench/gate_errors.py [--seconds 600] [--truth 20000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import beta

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.gate_pairs import KINDS, Trained, drops, population, train, truth, verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair: of which kind of sequence, what is true, and what the gate said."""

    sequence: str
    truth: str
    said: str


def judged_pairs(kind: str, seed: int, truth_rows: int) -> Iterator[Judged]:
    """Every pair of one sequence; the champion changes when the gate ships, as in the product."""
    fresh = population(truth_rows, 1_000_000 + seed)
    champion: Trained | None = None
    for number, rows in enumerate(drops(kind, seed), 1):
        challenger = train(rows, number)
        if champion is None:
            champion = challenger
            continue
        said = verdict(challenger, champion).state
        yield Judged(kind, truth(challenger, champion, fresh).kind, said)
        champion = challenger if said == "passed" else champion


def bound(errors: int, pairs: int) -> float:
    """The upper end of the exact one-sided 95 % interval of a share (Clopper and Pearson, 1934)."""
    return 1.0 if errors >= pairs else float(beta.ppf(0.95, errors + 1, pairs - errors))


def main() -> None:
    """Judge sequences until the time is over, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--truth", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    found: list[Judged] = []
    end, seed = time.monotonic() + chosen.seconds, chosen.seed
    while time.monotonic() < end:
        for kind in KINDS:
            found += judged_pairs(kind, seed, chosen.truth)
        seed += 1
    report(found)


def report(found: list[Judged]) -> None:
    """The counts as tables of Markdown."""
    print(f"{len(found)} pairs.\n")
    print("| truth | pairs | passed | refused | undecided | trade-off |\n|---|---|---|---|---|---|")
    for kind in ("worse", "between", "better"):
        said = Counter(one.said for one in found if one.truth == kind)
        counts = " | ".join(str(said[state]) for state in ("passed", "refused", "undecided", "trade_off"))
        print(f"| {kind} | {said.total()} | {counts} |")
    print()
    for kind, state, words in (("worse", "passed", "worse and shipped"), ("better", "refused", "better and refused")):
        pairs = [one for one in found if one.truth == kind]
        errors = sum(one.said == state for one in pairs)
        print(f"* {words}: {errors} of {len(pairs)}; at most {bound(errors, len(pairs)):.1%} (95 %)")
    for sequence in KINDS:
        said = Counter(f"{one.truth} {one.said}" for one in found if one.sequence == sequence)
        print(f"* {sequence}: {', '.join(f'{count} {name}' for name, count in sorted(said.items()))}")


if __name__ == "__main__":
    main()
