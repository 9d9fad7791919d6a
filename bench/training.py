"""Processor time of a training run on generated rows: the whole run, and its costliest pieces of progress.

python bench/training.py bank_marketing --rows 12000 [--profile default]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from model_training.runtime.threads import limit
from shared.core.scenario import GeneratorOptions

SHOWN = 8


class Spent:
    """Processor seconds between one word of progress and the next, of all threads."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._since, self._word = time.process_time(), "start"

    def __call__(self, word: str, *_done: object, **_facts: object) -> None:
        """What happens from here on is this."""
        now = time.process_time()
        self.seconds[self._word] += now - self._since
        self._since, self._word = now, word


def main() -> None:
    """Train once, and print."""
    options = _options()
    limit(os.environ)
    from model_training.runs.training import fit
    from model_training.scenarios import SCENARIOS

    scenario = SCENARIOS[options.scenario]
    if scenario.generate is None:
        sys.exit(f"{scenario.name} generates no rows.")
    tables = dict(scenario.generate(options.rows, 1, GeneratorOptions()))
    spent = Spent()
    package = fit(tables, scenario, options.profile, 1, spent)
    spent("end")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    held = sum(table.nbytes for table in tables.values()) / 1e6
    print(f"{scenario.name}: {sum(spent.seconds.values()):.1f} s, peak {peak} MB, data {held:.1f} MB")
    print(f"{scenario.metric} {package.manifest['metrics'][scenario.metric]:.4f}")
    for word, seconds in spent.seconds.most_common(SHOWN):
        print(f"{seconds:6.1f} s  {word}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario")
    parser.add_argument("--rows", type=int, default=8_000)
    parser.add_argument("--profile", default="default", choices=("demo", "default"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
