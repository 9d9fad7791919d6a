"""A number before a noun in a sentence of the code agrees with it, also when it is one: `counted` does that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("functions", "local", "mlops", "model_training", "shared")
# Tools of developers print for one person.
TOOLS = ROOT / "local" / "tools"
# Plurals that are no verbs as well.
PLURALS = (
    "approvals|attempts|batches|blobs|breaches|bytes|candidates|cells|characters|classes|columns|connections|days|"
    "decisions|elements|events|features|fields|files|folds|hours|items|labels|letters|lines|machines|messages|minutes|"
    "models|months|paths|predictions|requests|rows|samples|scenarios|seconds|segments|shards|spans|tables|texts|"
    "thresholds|times|trials|values|versions|warnings|weeks|windows|words|years"
)
# An adjective may stand between; words that begin another part of the sentence may not.
_NOT_ADJECTIVES = (
    "at|by|declares|for|from|gave|has|have|hold|holds|in|no|of|on|other|replaces|runs|the|these|with|without"
)
_PLURAL = re.compile(rf" (?:(?!(?:{_NOT_ADJECTIVES})\b)[a-z-]+ )?(?:{PLURALS})\b")
# Decimals, shares and thousands are more than one, or none.
_NOT_WHOLE = re.compile(r"[,%]|\.\d+[ef]")
_CONSTANT = re.compile(r"(?:\w+\.)?_?[A-Z][A-Z_]*(?:\.[a-z]+)?|max\([A-Z]+\)")
# Where the number is never one, with the reason.
NEVER_ONE = {
    ("local/console/verb.py", "times"): "once is right",
    ("local/story/measured_entries.py", "counts"): "numbers by their names",
    ("model_training/evaluation/slices.py", "every"): "fewer varied than there are",
    ("model_training/search/cross_validation.py", "len(found)"): "two folds at least",
    ("model_training/text/candidates.py", "rows"): "more than a limit",
    ("model_training/text/fit.py", "classes"): "two at least",
    ("model_training/text/vocabulary.py", "len(X)"): "a split leaves more",
    ("shared/adapters/tables/cells.py", "count"): "named when there are several",
    ("shared/core/blob.py", "len(segments)"): "more than a limit",
    ("shared/core/declaration/check.py", "names.count(column.name)"): "named when it is there again",
    ("shared/core/declaration/check.py", "tables.count(name)"): "named when it is there again",
    ("shared/intake/schema_change.py", "given"): "of few values nothing is said",
    ("shared/monitoring/mixed_units.py", "factor"): "a factor between units",
    ("shared/monitoring/triage.py", "now.length"): "a run of equal rows",
    ("shared/monitoring/units.py", "factor"): "a factor between units",
    ("shared/monitoring/units.py", "ratio"): "a factor between units",
    ("shared/prediction/sharding/size.py", "rows"): "more than a limit",
    ("shared/profiles/column_warnings.py", "hold"): "a verb",
    ("shared/profiles/drift.py", "current.kind"): "the kind of the values",
    ("shared/profiles/version_report.py", "count"): "one has other words",
    ("shared/serving/inference/binary_tensors.py", "datatype"): "the type of the values",
    ("shared/serving/inference/open_inference.py", "sorted(lengths)"): "a list of numbers",
}


def bare_counts() -> Iterator[tuple[str, str]]:
    """Module and expression of every formatted value that a plural follows, and that may be one."""
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if TOOLS not in path.parents:
                yield from ((path.relative_to(ROOT).as_posix(), found) for found in _of(ast.parse(path.read_text())))


def _of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        values = node.values if isinstance(node, ast.JoinedStr) else []
        for number, text in pairwise(values):
            if isinstance(number, ast.FormattedValue) and isinstance(text, ast.Constant):
                yield from _bare(number, str(text.value))


def _bare(number: ast.FormattedValue, text: str) -> Iterator[str]:
    form = ast.unparse(number.format_spec) if number.format_spec else ""
    expression = ast.unparse(number.value)
    told = expression.startswith(("counted(", "all_of("))
    fixed = told or _CONSTANT.fullmatch(expression) or _NOT_WHOLE.search(form) or number.conversion != -1
    if _PLURAL.match(text) and not fixed:
        yield expression


def test_a_number_before_a_plural_is_counted() -> None:
    """`counted(number, 'row')` says `1 row`; where the number is never one, the list says why."""
    assert set(bare_counts()) == set(NEVER_ONE)


def test_the_check_finds_what_it_is_for() -> None:
    """A bare number, with an adjective too; not a share, a constant, a name or a counted one."""
    found = [
        one
        for text in ('f"{n} rows"', 'f"{len(n)} new rows are"', 'f"{n:g} hours"', 'f"{n:.0%} of the rows"',
                     'f"{MOST} rows"', 'f"{n} has rows"', 'f"{counted(n, x)} of rows"')
        for one in _of(ast.parse(text))
    ]  # fmt: skip
    assert found == ["n", "len(n)", "n"]
