"""What `make test` leaves to the whole run is drawn with a seed and said at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import sampling

CASES = """
import pytest

@pytest.mark.sampled(2)
@pytest.mark.parametrize("case", range(9))
def test_cases(case): pass

@pytest.mark.whole_only
def test_long(): pass

def test_within(sample): assert len(sample(range(50), 3, "calls")) in (3, 50)
"""
# No plugin but those that are named.
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
SAID = ("2 of 9 cases             test_some.py::test_cases", "left out                 test_some.py::test_long",
        "3 of 50 calls            test_some.py::test_within")  # fmt: skip


def outcome(folder: Path, *words: str, **environ: str) -> list[str]:
    """The lines that pytest prints of a file with samples."""
    support = Path(sampling.__file__).parent
    (folder / "test_some.py").write_text(CASES)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    sampled(count): x\n    whole_only: x\n")
    (folder / "conftest.py").write_text(
        f"import sys\nsys.path.insert(0, {str(support)!r})\nimport pytest, sampling\n"
        "pytest_collection_modifyitems = lambda config, items: sampling.thin_out(config, items)\n"
        "pytest_terminal_summary = lambda terminalreporter: sampling.summary(terminalreporter)\n"
        "sample = pytest.fixture(lambda request: sampling.Sample(request.node))\n"
    )
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    kept = {name: value for name, value in os.environ.items() if name != sampling.FULL}
    done = subprocess.run(line, cwd=folder, env=kept | ALONE | environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def test_a_sampled_run_says_what_it_leaves_out(tmp_path: Path) -> None:
    """A line for each test, also of a test in another process, and how many tests ran."""
    lines = outcome(tmp_path, "-p", "xdist", "-n", "1")
    assert set(SAID) <= set(lines)
    assert "3 passed, 1 skipped" in lines[-1]


def test_a_whole_run_and_a_named_test_leave_nothing_out(tmp_path: Path) -> None:
    """All cases of all tests; all cases of the test that is named."""
    whole = outcome(tmp_path, **{sampling.FULL: "1"})
    assert "11 passed" in whole[-1]
    assert not set(SAID) & set(whole)
    assert "9 passed" in outcome(tmp_path, "test_some.py::test_cases")[-1]


def test_the_same_sample_is_drawn_each_time() -> None:
    """In the order of what it is drawn from, and another one for another test."""
    every = range(1000)
    first = sampling.drawn(every, 20, "test_a")
    assert first == sampling.drawn(every, 20, "test_a") == sorted(first)
    assert first != sampling.drawn(every, 20, "test_b")
