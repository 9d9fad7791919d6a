"""All planted defects."""

from __future__ import annotations

from tests.sabotage.predictions import PREDICTIONS
from tests.sabotage.releases import RELEASES
from tests.sabotage.signing import SIGNING
from tests.sabotage.simulated import SIMULATED
from tests.sabotage.storage import STORAGE
from tests.sabotage.work import WORK

MUTATIONS = (*STORAGE, *PREDICTIONS, *RELEASES, *WORK, *SIMULATED, *SIGNING)
