"""Every scenario that is served. A new one is a module of this package and its name in this list."""

from __future__ import annotations

from model_training.scenarios import bank_marketing, iiot_quality
from shared.domain.scenario import Scenarios

SCENARIOS: Scenarios = {scenario.name: scenario for scenario in (bank_marketing.SCENARIO, iiot_quality.SCENARIO)}
