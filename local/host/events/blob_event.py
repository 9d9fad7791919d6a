"""The event that Azure Storage raises for a new blob."""

from __future__ import annotations

import mimetypes
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

CONTAINER = "mlops"


_TOPIC = "/subscriptions/local/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/local"


def blob_created(
    name: str, etag: str, size: int, number: int, now: float, *, container: str = CONTAINER
) -> dict[str, Any]:
    """The event for a file of the lake, as Azure Storage would send it."""
    request = uuid.uuid4()
    return {
        "topic": _TOPIC,
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "eventType": "Microsoft.Storage.BlobCreated",
        "eventTime": datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z"),
        "id": str(uuid.uuid4()),
        "data": {
            "api": "PutBlob",
            "requestId": str(request),
            "eTag": etag,
            "contentType": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "contentLength": size,
            "blobType": "BlockBlob",
            "url": f"http://127.0.0.1/local/{container}/{quote(name)}",
            "sequencer": f"{number:032x}",
        },
        "dataVersion": "",
        "metadataVersion": "1",
    }
