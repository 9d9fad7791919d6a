"""Where jobs run: compute, image and environments, read from settings without a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.core.errors import Misconfigured

COMPUTE, EXPERIMENT, IMAGE = "AZUREML_COMPUTE", "AZUREML_EXPERIMENT", "AZUREML_IMAGE"
SPARK = "AZUREML_SPARK"
# Every setting this module reads; AZUREML_COMPUTE_<STEP> and AZUREML_ENVIRONMENT_<STEP> are for one step alone.
NAMES = (COMPUTE, EXPERIMENT, IMAGE, SPARK)
# The image of the components.
IMAGE_DEFAULT = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
_DEFAULTS = {
    COMPUTE: "cpu-cluster",
    EXPERIMENT: "mlops",
    IMAGE: IMAGE_DEFAULT,
    SPARK: "3.5",
}
_ENVIRONMENT = "AZUREML_ENVIRONMENT_"


@dataclass(frozen=True, slots=True)
class Platform:
    """The compute of every step, and the exceptions of single steps; environments are `azureml:<name>:<version>`."""

    compute: str = _DEFAULTS[COMPUTE]
    experiment: str = _DEFAULTS[EXPERIMENT]
    image: str = _DEFAULTS[IMAGE]
    spark: str = _DEFAULTS[SPARK]
    computes: Mapping[str, str] = field(default_factory=dict)
    environments: Mapping[str, str] = field(default_factory=dict)

    def compute_of(self, step: str) -> str:
        """The compute target of the step."""
        return self.computes.get(step, self.compute)


def read_platform(environ: Mapping[str, str], steps: tuple[str, ...]) -> Platform:
    """The platform these settings describe; Misconfigured for a setting that names no step."""
    values = {name: environ.get(name) or default for name, default in _DEFAULTS.items()}
    computes = _of_steps(environ, f"{COMPUTE}_", steps)
    environments = _of_steps(environ, _ENVIRONMENT, steps)
    for step, reference in environments.items():
        if not reference.startswith("azureml:"):
            key = f"{_ENVIRONMENT}{step.upper()}"
            raise Misconfigured(key, f"is {reference!r}", "azureml:<name>:<version> or azureml:<name>@latest")
    return Platform(values[COMPUTE], values[EXPERIMENT], values[IMAGE], values[SPARK], computes, environments)


def _of_steps(environ: Mapping[str, str], prefix: str, steps: tuple[str, ...]) -> dict[str, str]:
    given = {key.removeprefix(prefix).lower(): value for key, value in environ.items() if key.startswith(prefix)}
    for step in given:
        if step not in steps:
            raise Misconfigured(f"{prefix}{step.upper()}", "names no step", ", ".join(steps))
    return {step: value for step, value in given.items() if value}
