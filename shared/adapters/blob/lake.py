"""The lake as a container of Blob Storage (also of a Data Lake account, through its blob endpoint)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError

from shared.adapters.azure.clients import RANGE_BYTES
from shared.adapters.blob.errors import READER, code_of, fault_of, faults
from shared.adapters.blob.errors import WRITER as WRITER_ROLE
from shared.adapters.blob.reading import BlobReader, is_folder
from shared.adapters.blob.writing import BLOCK_BYTES, WRITER, Upload
from shared.core.addresses import BlobAddress
from shared.core.blob import Blob, check_name, check_prefix, name_problem
from shared.core.errors import Fault, Missing, Permanent, Superseded

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_EXISTS = frozenset({409, 412})
_NO_READ_BACK = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Sizes:
    """Blobs per page of a listing, bytes per block of a write, bytes per range of a read."""

    page: int = 5000
    block: int = BLOCK_BYTES
    range: int = RANGE_BYTES


SIZES = Sizes()


class BlobLake:
    """Port `Lake` on one container. The client connects to this container only."""

    def __init__(self, place: BlobAddress, client: ContainerClient, sizes: Sizes = SIZES) -> None:
        self._place = place
        self._client = client
        self._sizes = sizes

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """Return a reader pinned to one version; reading raises Superseded when the version is replaced."""
        client = self._client.get_blob_client(check_name(path))
        try:
            return io.BufferedReader(BlobReader(self._place, path, client, etag, size=self._sizes.range))
        except Superseded as error:
            # The service gives the same answer when there is no blob at all.
            current = self.stat(path)
            if current is None:
                raise Missing(f"There is no blob {path!r} in the lake.") from error
            raise Superseded(f"{path!r} is not version {etag} any more; it is {current.etag}.") from error

    def stat(self, path: str) -> Blob | None:
        """The current version, or None when absent."""
        found = self._facts(path)
        return None if found is None else found[0]

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Store the bytes; after a lost answer the stored blob shows whether this call wrote it."""
        client = self._client.get_blob_client(check_name(path))
        upload = Upload(client, data, if_absent=if_absent, block=self._sizes.block)
        if if_absent and upload.large and (existing := self.stat(path)):
            return existing, False
        try:
            answer = upload.send()
        except (AzureError, OSError) as error:
            return self._settled(path, upload, error, if_absent=if_absent)
        return _blob(path, answer["etag"], upload.size, answer["last_modified"]), True

    def list(self, prefix: str) -> Iterator[Blob]:
        """Yield all blobs whose name starts with `prefix`, page by page, in the order of their names."""
        found = self._listing(prefix, self._sizes.page)
        with faults(self._place, prefix, READER):
            yield from _files(found)

    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """Return one page of the service, and its marker."""
        pages = self._listing(prefix, min(most, self._sizes.page)).by_page(marker or None)
        try:
            with faults(self._place, prefix, READER):
                found = list(_files(next(pages)))
        except Permanent:
            if not marker:
                raise
            # Perhaps the service does not know the marker any more; any other reason is given again.
            return self.page(prefix, "", most)
        return found, str(pages.continuation_token or "")

    def _listing(self, prefix: str, size: int) -> Any:
        return self._client.list_blobs(
            name_starts_with=check_prefix(prefix) or None, include=["metadata"], results_per_page=size
        )

    def remove(self, path: str, etag: str) -> None:
        """Take that version out; a repeated request that finds nothing has worked."""
        client = self._client.get_blob_client(check_name(path))
        try:
            with faults(self._place, path, WRITER_ROLE):
                client.delete_blob(etag=etag, match_condition=MatchConditions.IfNotModified)
        except Missing:
            return
        except Superseded as error:
            # The service gives the same answer when there is no blob at all.
            current = self.stat(path)
            if current is not None:
                raise Superseded(f"{path!r} is not version {etag} any more; it is {current.etag}.") from error

    def _settled(self, path: str, upload: Upload, error: Exception, *, if_absent: bool) -> tuple[Blob, bool]:
        """Find out how a write without a clear answer ended: a retry is refused when the first request worked."""
        status = error.status_code if isinstance(error, HttpResponseError) else None
        fault = fault_of(error, self._place, path, WRITER_ROLE)
        if status in _NO_READ_BACK:
            raise fault from error
        try:
            found = self._facts(path)
        except Fault:
            raise fault from error
        if found is not None and found[1] == upload.token:
            return found[0], True
        # Another writer's commit removes blocks that are not committed yet.
        if found is not None and if_absent and (status in _EXISTS or code_of(error) == "InvalidBlockList"):
            return found[0], False
        raise fault from error

    def _facts(self, path: str) -> tuple[Blob, str] | None:
        """Return the current version and its writer's token, or None when there is no blob."""
        client = self._client.get_blob_client(check_name(path))
        try:
            with faults(self._place, path, READER):
                found = client.get_blob_properties()
        except Missing:
            return None
        if is_folder(found.metadata):
            return None
        token = str((found.metadata or {}).get(WRITER, ""))
        return _blob(path, found.etag, found.size, found.last_modified), token


def _files(found: Iterable[Any]) -> Iterator[Blob]:
    """The listed blobs without the folders of a Data Lake account."""
    for one in found:
        if not is_folder(one.metadata) and not name_problem(one.name):
            yield _blob(one.name, one.etag, one.size, one.last_modified)


def _blob(path: str, etag: Any, size: int, modified: datetime) -> Blob:
    # A listing returns ETags without quotes.
    return Blob(path, '"' + str(etag).strip('"') + '"', size, modified)


def open_lake(url: str, credential: str) -> BlobLake:
    """Return the lake that LAKE_URL names, with the identity that AZURE_CREDENTIAL names."""
    from shared.adapters.azure.clients import container_client, make_credential
    from shared.core.addresses import blob_address

    place = blob_address("LAKE_URL", url)
    return BlobLake(place, container_client(place, None if place.emulated else make_credential(credential)))
