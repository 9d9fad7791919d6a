"""Every scenario. A new scenario is a module of this package and its name in this list."""

from __future__ import annotations

from model_training.scenarios import bank_marketing, iiot_quality, predictive_maintenance, text_classification
from shared.core.scenario import Scenarios

_MODULES = (bank_marketing, iiot_quality, predictive_maintenance, text_classification)
SCENARIOS: Scenarios = {module.SCENARIO.name: module.SCENARIO for module in _MODULES}
