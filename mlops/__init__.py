"""Read from Python what the system made: dataset versions, models and predictions. Nothing here changes anything.

from mlops import connect
client = connect()
client.datasets.latest("bank_marketing").to_pandas()
client.models.champion("bank_marketing").predict(rows)
client.predictions("bank_marketing").to_pandas()
"""

from __future__ import annotations

from mlops.client import Client, connect
from mlops.datasets import Dataset
from mlops.models import Model
from mlops.predictions import Predictions

__all__ = ["Client", "Dataset", "Model", "Predictions", "connect"]
