"""How often the gate's comparison errs: worse and shipped, better and refused, better and not shipped in time.

    python bench/gate_errors.py [--pairs 300] [--minutes 55] [--truth 20000] [--seed 1] [--sequences cumulative …]

It ends when so many pairs are worse and so many better, or when the time is up.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import batched, count
from multiprocessing import get_context
from pathlib import Path

from scipy.stats import beta

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.gate_sequences import FOLLOWED, KINDS, Judged, judged_pairs

Job = tuple[str, int, int]


def bounds(found: int, pairs: int) -> tuple[float, float]:
    """Lower and upper end of the exact 95 % interval of a share (Clopper and Pearson, 1934), each end one-sided."""
    low = 0.0 if found <= 0 else float(beta.ppf(0.05, found, pairs - found + 1))
    high = 1.0 if found >= pairs else float(beta.ppf(0.95, found + 1, pairs - found))
    return low, high


def main() -> None:
    """Judge sequences until there are pairs enough, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=300, help="how many pairs must be worse, and how many better")
    parser.add_argument("--minutes", type=float, default=55, help="when to end in any case")
    parser.add_argument("--truth", type=int, default=20_000, help="rows that tell the truth")
    parser.add_argument("--seed", type=int, default=1, help="of the first sequences")
    parser.add_argument("--sequences", nargs="+", choices=KINDS, default=KINDS, help="of which kinds")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    chosen = parser.parse_args()
    begun, found = time.monotonic(), list[Judged]()
    # A kind named twice would be the same sequences twice.
    kinds = tuple(dict.fromkeys(chosen.sequences))
    jobs = ((kind, seed, chosen.truth) for seed in count(chosen.seed) for kind in kinds)
    with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
        for batch in batched(jobs, len(kinds), strict=False):
            found += [pair for pairs in pool.map(judged_sequence, batch) for pair in pairs]
            truths = Counter(pair.truth for pair in found)
            print(f"{len(found)} pairs: {dict(truths)}", file=sys.stderr, flush=True)
            if min(truths["worse"], truths["better"]) >= chosen.pairs or _over(begun, chosen.minutes):
                break
    print(f"{len(found)} pairs in {(time.monotonic() - begun) / 60:.0f} minutes.\n")
    print("\n".join(report(found)))


def judged_sequence(job: Job) -> list[Judged]:
    """The pairs of one sequence."""
    return list(judged_pairs(*job))


def _over(begun: float, minutes: float) -> bool:
    return time.monotonic() - begun > 60 * minutes


def report(found: Sequence[Judged]) -> Iterator[str]:
    """The counts as tables of Markdown."""
    yield "| truth | pairs | passed | refused | undecided | trade-off |\n|---|---|---|---|---|---|"
    for truth in ("worse", "between", "better"):
        yield _counts(truth, [pair for pair in found if pair.truth == truth])
    worse, better = ([pair for pair in found if pair.truth == truth] for truth in ("worse", "better"))
    compared = [pair for pair in better if pair.waited >= 0]
    in_time = [pair for pair in compared if pair.said == "passed" and pair.waited <= FOLLOWED]
    yield "\n| what | of | share | exact 95 % bound |\n|---|---|---|---|"
    yield _at_most("worse and shipped", sum(pair.said == "passed" for pair in worse), len(worse))
    yield _at_most("better and refused", sum(pair.said == "refused" for pair in better), len(better))
    yield _share(f"better and shipped within {FOLLOWED} increments", len(in_time), len(compared), "at least")
    yield "\n| sequence | truth | pairs | passed | refused | undecided | trade-off |\n|---|---|---|---|---|---|---|"
    for sequence in KINDS:
        for truth in ("worse", "better"):
            pairs = [pair for pair in found if (pair.sequence, pair.truth) == (sequence, truth)]
            if pairs:
                yield f"| {sequence} {_counts(truth, pairs)}"


def _counts(truth: str, pairs: Sequence[Judged]) -> str:
    said = Counter(pair.said for pair in pairs)
    cells = (truth, len(pairs), *(said[state] for state in ("passed", "refused", "undecided", "trade_off")))
    return f"| {' | '.join(map(str, cells))} |"


def _at_most(words: str, errors: int, pairs: int) -> str:
    return _share(words, errors, pairs, "at most")


def _share(words: str, count_of: int, pairs: int, side: str) -> str:
    low, high = bounds(count_of, pairs) if pairs else (0.0, 1.0)
    bound = high if side == "at most" else low
    share = count_of / pairs if pairs else 0.0
    return f"| {words} | {count_of} of {pairs} | {share:.1%} | {side} {bound:.1%} |"


if __name__ == "__main__":
    main()
