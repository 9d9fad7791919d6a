"""The digest of several blobs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from shared.core.blob import Blob
from shared.core.ports import Lake

_CHUNK = 1 << 20


def content_sha256(lake: Lake, blobs: Iterable[Blob]) -> str:
    """Return the sha256 over the content of these versions, one after the other."""
    digest = hashlib.sha256()
    for blob in blobs:
        with lake.open(blob.path, etag=blob.etag) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()
