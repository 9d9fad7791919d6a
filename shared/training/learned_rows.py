"""What a graph learned from, as the manifest names it: fingerprints of its rows, and when the newest of them was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt
from shared.core.lake_reading import read_bytes
from shared.training.fingerprints import Fingerprints
from shared.training.model import Model

if TYPE_CHECKING:
    import numpy as np

    from shared.training.ports import TrainingPorts

LEARNED, REFIT_LEARNED = "learned.bin", "refit-learned.bin"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_HOURS = 24 * 365 * 8_000


@dataclass(frozen=True, slots=True)
class LearnedRows:
    """Sorted 64-bit fingerprints (identities and inputs together), and the hours since 1970 of the newest row."""

    prints: np.ndarray
    newest: float | None = None

    @classmethod
    def of(cls, prints: Fingerprints, rows: np.ndarray, hours: np.ndarray | None) -> LearnedRows:
        """What was learned when these `rows` (row numbers) were."""
        import numpy as np

        both = np.unique(np.concatenate([prints.identity[rows], prints.inputs[rows]]))
        return cls(both, None if hours is None or not len(rows) else float(hours[rows].max()))

    def holds(self, prints: np.ndarray) -> np.ndarray:
        """Whether each fingerprint is that of a learned row (rows,)."""
        import numpy as np

        if not len(self.prints):
            return np.zeros(len(prints), dtype=bool)
        places = np.minimum(np.searchsorted(self.prints, prints), len(self.prints) - 1)
        return np.asarray(self.prints[places] == prints)

    def packed(self, rows: int, file: str = LEARNED) -> tuple[bytes, dict[str, Any]]:
        """The file beside the model (little-endian, at most 16 bytes a row), and how the manifest speaks of it."""
        data = self.prints.astype("<u8").tobytes()
        facts = {"file": file, "sha256": hashlib.sha256(data).hexdigest(), "rows": rows}
        return data, facts | {"newest_hours": self.newest, "newest": told_time(self.newest)}


def told_time(hours: float | None) -> str | None:
    """Hours since 1970 as ISO 8601 in UTC; None for none, and for numbers that are no time."""
    if hours is None or not 0 <= hours < _LATEST_HOURS:
        return None
    return (_EPOCH + timedelta(hours=hours)).isoformat(timespec="seconds")


def read_learned(ports: TrainingPorts, model: Model, manifest: Mapping[str, Any]) -> LearnedRows | None:
    """What the model learned from; None for a model of a version that did not write it down."""
    import numpy as np

    facts = manifest.get("learned")
    if not isinstance(facts, Mapping):
        return None
    data = read_registered(ports, model, facts)
    return LearnedRows(np.frombuffer(data, dtype="<u8"), facts.get("newest_hours"))


def read_registered(ports: TrainingPorts, model: Model, facts: Mapping[str, Any]) -> bytes:
    """A file that was registered with the model; Corrupt when it is another one now."""
    path = f"{model.folder}{facts['file']}"
    data = read_bytes(ports, path)
    if hashlib.sha256(data).hexdigest() != facts["sha256"]:
        raise Corrupt(f"{path} is not the file that was registered with {model.id}.")
    return data
