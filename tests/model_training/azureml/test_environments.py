"""Environments of jobs: what is in them is imported there, and their pins do not exclude each other."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import grimp
import pytest
import yaml
from packaging.requirements import Requirement

from model_training.azureml import collect, environments, trial
from model_training.azureml.repository import REPOSITORY

# What packages that are not installed here ask for, of what is pinned: from the metadata of each release.
RECORDED = {
    "azureml-mlflow==1.60.0": ("mlflow-skinny", "azure-identity", "azure-storage-blob<=12.19.0,>=12.5.0"),
    "azureml-mlflow==1.62.0.post6": (
        "mlflow-skinny<=3.15.0",
        "azure-identity",
        "azure-storage-blob<=12.27.1,>=12.5.0",
    ),
    "azureml-core==1.61.0.post4": (),
    "azureml-dataset-runtime==1.62.0.post1": (
        "pyarrow<24.0.0,>=23.0.1",
        'numpy!=1.19.3,<2.3.3; sys_platform == "linux"',
    ),
    "azureml-inference-server-http==1.5.1": ("opentelemetry-sdk==1.33.0", "opentelemetry-api==1.33.0"),
    "mlflow-skinny==3.15.0": ("protobuf<8,>=3.12.0",),
    "torch==2.14.1": (),
    "numpy==2.3.2": (),
    "pandas==2.3.3": (
        'numpy>=1.22.4; python_version < "3.11"',
        'numpy>=1.26.0; python_version >= "3.12"',
        "python-dateutil>=2.8.2",
        "pytz>=2020.1",
        "tzdata>=2022.7",
    ),
    "pyarrow==23.0.1": (),
}
# Packages whose modules have other names; those with None are called by the service, not by our code.
MODULES: dict[str, tuple[str, ...] | None] = {
    "azure-functions": ("azure.functions",),
    "azureml-core": None,
    "azureml-dataset-runtime": None,
    "azureml-inference-server-http": None,
    "azureml-mlflow": None,
    "mlflow-skinny": ("mlflow",),
    "protobuf": None,
    "psycopg[binary]": ("psycopg",),
    "scikit-learn": ("sklearn",),
}
BLOB = "azure-storage-blob==12.31.1"


def _entry(name: str) -> str:
    special = {
        environments.DEEP: trial.__name__,
        trial.NAME: trial.__name__,
        collect.NAME: collect.__name__,
        environments.SCORE: "model_training.batch_entry",
        environments.ONLINE: "model_training.online_entry",
    }
    return special.get(name, f"model_training.steps.{name}")


@cache
def _graph() -> grimp.ImportGraph:
    # What only a checker of types imports, no job needs.
    return grimp.build_graph(
        "model_training", "shared", include_external_packages=True, exclude_type_checking_imports=True
    )


@cache
def _imported(entry: str) -> frozenset[str]:
    """The packages that an entry script can reach, at the top of a file or inside a function."""
    graph = _graph()
    found = {name for name in graph.find_upstream_modules(entry) if graph.is_module_squashed(name)}
    return frozenset(found - set(sys.stdlib_module_names))


def _modules(pin: str) -> tuple[str, ...] | None:
    package = environments.package_of(pin)
    return MODULES.get(package, (package.replace("-", "_"),))


def test_a_spark_job_has_what_make_spark_installs() -> None:
    """Workers were run with that list; PySpark alone comes from the service."""
    lines = (REPOSITORY / "model_training" / "environments" / "spark.txt").read_text().splitlines()
    pins = [line for line in lines if "==" in line]
    assert environments.pins_of(environments.SPARK) == [pin for pin in pins if not pin.startswith("pyspark==")] != pins


@pytest.mark.parametrize("name", sorted({*environments.names()} - {environments.SPARK}))
def test_an_environment_holds_what_its_entry_imports_and_nothing_of_the_app_beside_it(name: str) -> None:
    """Pins of requirements.txt are there when and only when the code of the job can reach them."""
    reached = _imported(_entry(name))
    deployed = {environments.package_of(line) for line in _deployed()}
    there = {environments.package_of(pin) for pin in environments.pins_of(name)} & deployed
    wanted = {package for package in deployed if set(_modules(f"{package}==") or ()) & reached}
    # A step may reach a package through the scenarios of others; it is harmless. None may be missing.
    assert wanted <= there, f"missing in {name}: {sorted(wanted - there)}"
    idle = {
        package
        for package in there - wanted
        if package.startswith("azure") or package in {"pyodbc", "alembic", "deltalake"}
    }
    assert not idle, f"nobody imports in {name}: {sorted(idle)}"


def _deployed() -> list[str]:
    return [line for line in (REPOSITORY / "requirements.txt").read_text().splitlines() if "==" in line]


def _requires(pin: str) -> Sequence[str]:
    """The requirements of a pinned release; recorded, or of the package that is installed in this version."""
    if pin in RECORDED:
        return RECORDED[pin]
    package, _, pinned = pin.partition("==")
    if not pinned:
        return ()
    try:
        installed = version(Requirement(package).name)
    except PackageNotFoundError:
        raise AssertionError(f"Record in this file what {pin} requires: it is not installed here.") from None
    assert installed == pinned, f"{pin} is pinned, {installed} is installed: record what {pin} requires."
    return requires(Requirement(package).name) or ()


def _conflicts(pins: Iterable[str]) -> list[str]:
    """Pins that a requirement of another pin excludes."""
    pins = list(pins)
    pinned = {Requirement(pin).name: pin.partition("==")[2] for pin in pins if "==" in pin}
    found = []
    for pin in pins:
        for requirement in map(Requirement, _requires(pin)):
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                continue
            wanted = pinned.get(requirement.name)
            if wanted and not requirement.specifier.contains(wanted, prereleases=True):
                found.append(f"{pin} requires {requirement}, pinned is {wanted}")
    return found


@pytest.mark.parametrize("file", sorted(environments.CONDA.glob("*.yml")), ids=lambda path: path.stem)
def test_no_pin_excludes_another(file: Path) -> None:
    """As pip would find after minutes on a cluster; `make audit` resolves each environment whole."""
    assert _conflicts(yaml.safe_load(file.read_text())["dependencies"][-1]["pip"]) == []


@pytest.mark.parametrize(
    ("pins", "excluded"),
    [
        (["azureml-mlflow==1.60.0", BLOB], "azure-storage-blob"),
        (["azureml-mlflow==1.62.0.post6", BLOB], "azure-storage-blob"),
        (["azureml-dataset-runtime==1.62.0.post1", "pyarrow==26.0.1"], "pyarrow"),
    ],
)
def test_pins_that_exclude_each_other_are_found(pins: list[str], excluded: str) -> None:
    """Three that were committed or tried, and could never be installed."""
    (found,) = _conflicts(pins)
    assert f"requires {excluded}" in found
