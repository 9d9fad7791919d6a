"""Which features are on in this deployment: one page, by scenario, with the setting or declaration that decides it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.console.session import APP, DEFAULTS
from local.host.local_settings import read_environment
from shared.bootstrap.backends import delta_follows
from shared.core.scenario import Scenario, Scenarios
from shared.core.wording import counted
from shared.prediction.options.shard_settings import Sharding, read_sharding
from shared.prediction.options.sql_rows import SqlRows, read_sql_rows
from shared.release.policy import Policies, Policy, Step
from shared.release.policy_settings import read_policies
from shared.settings import INSIGHTS, Settings, read_settings

# What each kind of address means, without the address itself.
_PLACES = {
    "functions": "function app", "process": "this machine", "none": "nothing", "local": "own tables",
    "azureml": "Azure ML", "azureml-spark": "Spark in Azure ML", "spark": "Spark", "kusto": "Data Explorer",
    "file": "folder", "https": "Azure",
    "http": "Azurite", "sqlite": "SQLite", "postgresql+psycopg": "PostgreSQL", "mssql+pyodbc": "SQL Server",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deployment:
    """What decides: settings, release policies, limits of large windows, and what SQL holds."""

    settings: Settings
    policies: Policies
    sharding: Sharding
    sql_rows: SqlRows
    delta_tables: bool


@dataclass(frozen=True, slots=True)
class Feature:
    """A row: what the feature is in each scenario (empty: off), and what decides it."""

    name: str
    decided_by: str
    of: Mapping[str, str]

    @property
    def lines(self) -> list[str]:
        """The value where all scenarios have the same one, else a line for each value with its scenarios."""
        named: dict[str, list[str]] = {}
        for scenario, value in self.of.items():
            named.setdefault(value or "off", []).append(scenario)
        if len(named) == 1:
            return list(named)
        return [f"{value}: {', '.join(scenarios)}" for value, scenarios in named.items()]


def features(environ: Mapping[str, str], scenarios: Scenarios) -> list[Feature]:
    """The rows of the page; Misconfigured names a setting that cannot be used. No service is asked."""
    found = Deployment(
        read_settings(environ),
        read_policies(environ, scenarios),
        read_sharding(environ, scenarios),
        read_sql_rows(environ),
        delta_follows(environ),
    )
    return [
        Feature(name, decided_by, {scenario.name: of(scenario, found) for scenario in scenarios.values()})
        for name, decided_by, of in FEATURES
    ]


def here() -> dict[str, str]:
    """The settings of this process: those of a laptop where nothing else is given."""
    return {**DEFAULTS, **read_environment(APP, os.environ)}


def _place(url: str) -> str:
    return _PLACES.get(url.partition(":")[0], url.partition(":")[0])


def _rows_from(scenario: Scenario, found: Deployment) -> str:
    if scenario.batch.source == "drops":
        return "files"
    return "telemetry in the lake" if found.settings.telemetry_url == "lake:" else "telemetry in Data Explorer"


def _live(scenario: Scenario, _: Deployment) -> str:
    return "features or readings" if scenario.live else "features"


def _large(scenario: Scenario, found: Deployment) -> str:
    several = len(scenario.scoring_tables) > 1 and not scenario.batch.shard_by
    engine = _place(found.settings.scorer_url)
    return "" if several else f"{engine}, above {found.sharding.most(scenario.name):,} rows"


def _rows_in_sql(_: Scenario, found: Deployment) -> str:
    kept = found.sql_rows.kept
    if kept is None:
        return "all"
    return counted(kept.days, "day") if kept else ""


def _trains_on(scenario: Scenario, _: Deployment) -> str:
    policy = scenario.retrain
    reasons = {
        "new data": policy.new_data, "labels of windows": policy.feedback and scenario.feedback.learn,
        "drift": policy.drift, "quality": policy.quality, "age": policy.age_days or policy.every_days,
    }  # fmt: skip
    return ", ".join(name for name, wanted in reasons.items() if wanted)


def _history(scenario: Scenario, _: Deployment) -> str:
    history = scenario.history
    limits = [
        counted(int(number), word)
        for number, word in ((history.days, "day"), (history.drops, "drop"), (history.rows, "row"))
        if number
    ]
    return ", ".join((history.keep, *limits))


def _bad_rows(scenario: Scenario, _: Deployment) -> str:
    allowed = scenario.tolerated
    limits = [counted(allowed.rows, "row")] if allowed.rows else []
    return " or ".join(limits + ([f"{allowed.share:.0%}"] if allowed.share else []))


def _policy(value: Callable[[Policy], str]) -> Callable[[Scenario, Deployment], str]:
    return lambda scenario, found: value(found.policies.of(scenario.name))


def _step(step: Step) -> str:
    return f"{f'{step.share} %' if step.share else 'shadow'} {step.minutes:g} min"


def _kept(scenario: Scenario, _: Deployment) -> str:
    return counted(float(scenario.retention.windows), "day") if scenario.retention.windows else "for good"


def _alerts(_: Scenario, found: Deployment) -> str:
    targets = len(found.settings.alert_targets)
    return counted(targets, "receiver") if targets else ""


def _signed_by(_: Scenario, found: Deployment) -> str:
    url = found.settings.signing_url
    return "" if not url else "a key file" if url.startswith("file:") else "Key Vault"


# Name, what decides it, and its value.
FEATURES: tuple[tuple[str, str, Callable[[Scenario, Deployment], str]], ...] = (
    ("task", "declaration", lambda scenario, _: scenario.task),
    ("rows to predict", "Batch(source), TELEMETRY_URL", _rows_from),
    ("real time", "declaration (live)", _live),
    ("answered by", "SERVING_URL", lambda _, found: _place(found.settings.serving_url)),
    ("large windows", "SCORER_URL, SCORER_ROWS", _large),
    ("rows in SQL", "SQL_ROWS", _rows_in_sql),
    ("Delta tables", "DELTA_TABLES", lambda _, found: "on" if found.delta_tables else ""),
    ("rows that may be bad", "BadRows", _bad_rows),
    ("trained by", "TRAINER_URL", lambda _, found: _place(found.settings.trainer_url)),
    ("models in", "REGISTRY_URL", lambda _, found: _place(found.settings.registry_url)),
    ("trains on", "RetrainPolicy, Feedback", _trains_on),
    ("data versions", "History", _history),
    ("environments", "ENVIRONMENTS", _policy(lambda policy: ", ".join(policy.environments))),
    ("approved by a person", "APPROVALS", _policy(lambda policy: ", ".join(sorted(policy.approvals)))),
    ("certificates are signed by", "SIGNING_KEY_URL", _signed_by),
    ("rollout", "ROLLOUT", _policy(lambda policy: ", ".join(map(_step, policy.steps)))),
    (
        "hidden trial",
        "TRIAL_WINDOWS",
        _policy(lambda policy: counted(policy.trial_windows, "window") if policy.trial_windows else ""),
    ),
    ("windows are kept", "Retention", _kept),
    ("lake", "LAKE_URL", lambda _, found: _place(found.settings.lake_url)),
    ("database", "DATABASE_URL", lambda _, found: _place(found.settings.database_url)),
    ("alerts to", "ALERT_WEBHOOKS", _alerts),
    ("metrics to", INSIGHTS, lambda _, found: "Application Insights" if found.settings.insights else ""),
)
