"""Every scenario: those of this package, and those of a user's folder."""

import os

from model_training.scenarios import bank_marketing, iiot_quality, predictive_maintenance, text_classification
from model_training.scenarios.outside import SETTING, load_scenarios, outside_folder
from shared.core.scenario import Scenarios

_MODULES = (bank_marketing, iiot_quality, predictive_maintenance, text_classification)
_OWN: Scenarios = {module.SCENARIO.name: module.SCENARIO for module in _MODULES}
SCENARIOS: Scenarios = {**_OWN, **load_scenarios(outside_folder(os.environ.get(SETTING, "")), _OWN)}
