"""The audit reports a service that did not answer as NOT RUN, not as a pass."""

from __future__ import annotations

import pytest

from local.tools.audit import of_advisories, of_bandit, of_environment, of_materials, run


def test_the_code_has_nothing_of_medium_severity() -> None:
    """Bandit on all four packages, with the reasons for its exceptions in pyproject.toml."""
    from local.tools.audit import PACKAGES

    finding = of_bandit(*run(["bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", *PACKAGES]))
    assert finding.verdict == "pass", finding.fact


@pytest.mark.parametrize(
    ("code", "said", "verdict"),
    [
        (0, "No known vulnerabilities found", "pass"),
        (1, "ERROR: azure-functions: Dependency not found on PyPI and could not be audited", "NOT RUN"),
        (1, "requests.exceptions.ConnectionError: refused", "NOT RUN"),
        (1, "Found 1 known vulnerability in 1 package\njinja2 3.1.2 GHSA-h5c8 3.1.3", "fail"),
    ],
)
def test_an_audit_without_an_answer_has_not_run(code: int, said: str, verdict: str) -> None:
    """Only an answer is a pass or a failure."""
    assert of_advisories(code, said).verdict == verdict


def test_a_tool_that_failed_is_quoted() -> None:
    """The finding quotes the end of the tool's output."""
    assert of_materials(2, "no such file").fact == "no such file"
    assert of_bandit(1, "B602 shell=True").verdict == "fail"


@pytest.mark.parametrize(
    ("code", "said", "verdict"),
    [
        (0, "", "pass"),
        (2, "error: Failed to fetch: `https://example.org/simple/torch/`", "NOT RUN"),
        (1, "error: No solution found when resolving dependencies", "fail"),
    ],
)
def test_an_environment_that_nobody_could_resolve_is_not_a_pass(code: int, said: str, verdict: str) -> None:
    """A conflict fails; a registry that does not answer is said."""
    assert of_environment("trial", code, said).verdict == verdict
