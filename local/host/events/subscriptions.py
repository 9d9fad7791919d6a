"""Which function receives which event locally; in Azure, Event Grid subscriptions say so."""

from __future__ import annotations

from local.host.events.eventgrid import Subscription

_BLOBS = "/blobServices/default/containers/mlops/blobs/"
SUBSCRIPTIONS = {
    "data_event": Subscription(("Microsoft.Storage.",), _BLOBS),
    "model_event": Subscription(("Microsoft.MachineLearningServices.",)),
}
