"""The local Event Grid's inbox: a folder of CloudEvents that the laptop host delivers."""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from shared.core.errors import Transient
from shared.core.notice import Notice

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


class LocalPublisher:
    """Port `Publisher`: one CloudEvents 1.0 file per notice in `home/eventgrid/inbox`, whole or absent."""

    def __init__(self, home: Path) -> None:
        self._inbox = home / "eventgrid" / "inbox"

    def publish(self, notice: Notice) -> None:
        """Write the event under its id; the same id again replaces the same file. Transient when the disk refuses."""
        name = _file_name(notice.id)
        # Its own name: two workers may deliver the same event at the same moment.
        partial = self._inbox / f".{name}.{uuid.uuid4().hex[:12]}"
        try:
            self._inbox.mkdir(parents=True, exist_ok=True)
            with partial.open("w", encoding="utf-8") as out:
                json.dump(cloud_event(notice), out)
                out.flush()
                os.fsync(out.fileno())
            partial.replace(self._inbox / name)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise Transient(f"The local Event Grid did not take event {notice.id!r}: {error.strerror}.") from error


def cloud_event(notice: Notice) -> dict[str, Any]:
    """The notice as a CloudEvents 1.0 object."""
    return {
        "specversion": "1.0",
        "id": notice.id,
        "source": notice.source,
        "type": notice.type,
        "subject": notice.subject,
        "time": notice.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(notice.data),
    }


def _file_name(notice_id: str) -> str:
    """The id where it is a plain file name, else its digest: an id is data, never a path."""
    plain = _FILE_NAME.fullmatch(notice_id)
    return f"{notice_id if plain else hashlib.sha256(notice_id.encode()).hexdigest()}.json"
