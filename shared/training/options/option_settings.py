"""Run options from settings: limits for all scenarios or, as `<SETTING>_<SCENARIO>`, limits and inputs of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.core.errors import BadInput, Misconfigured
from shared.core.scenario import Scenario, Scenarios
from shared.training.options.run_options import NOTHING, RunOptions, read_limits, split_names

INPUTS, LIMITS = "TRAINING_INPUTS", "TRAINING_LIMITS"
NAMES = (INPUTS, LIMITS)


def read_options(environ: Mapping[str, str], scenarios: Scenarios) -> dict[str, RunOptions]:
    """The options of each scenario; Misconfigured names the setting that cannot be used."""
    if environ.get(INPUTS, "").strip():
        accepted = f"{INPUTS}_<SCENARIO>, such as {INPUTS}_{min(scenarios, default='scenario').upper()}"
        raise Misconfigured(INPUTS, "names inputs for every scenario, and each has its own", accepted)
    every = _read(LIMITS, environ, read_limits)
    return {name: _of_scenario(environ, scenario).over(every) for name, scenario in scenarios.items()}


def _of_scenario(environ: Mapping[str, str], scenario: Scenario) -> RunOptions:
    suffix = f"_{scenario.name.upper()}"
    inputs = _read(INPUTS + suffix, environ, lambda text: RunOptions(split_names(text)).checked(scenario))
    return inputs.over(_read(LIMITS + suffix, environ, lambda text: read_limits(text).checked(scenario)))


def _read(key: str, environ: Mapping[str, str], read: Callable[[str], RunOptions]) -> RunOptions:
    text = environ.get(key, "").strip()
    if not text:
        return NOTHING
    try:
        return read(text)
    except BadInput as fault:
        problem, _, accepted = fault.reason.rstrip(".").partition("; accepted: ")
        raise Misconfigured(key, f"cannot be used: {problem}", accepted) from None
