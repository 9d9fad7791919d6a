"""Jobs of a workspace by their names: submitted once, asked how far they are, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.adapters.azureml.faults import explained
from shared.core.errors import Conflict, Missing

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

ROLE = "MLOps trainer"
COMPLETED = "Completed"
_ENDED = frozenset({COMPLETED, "Failed", "Canceled", "NotResponding"})


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of the client's workspace; `what` in an error names the work that a job is for."""

    client: Callable[[], MLClient]

    def status(self, name: str, what: str) -> str | None:
        """Return the job's status, or None when there is no such job."""
        try:
            with explained(f"looking for the job of {what}", ROLE):
                status = self.client().jobs.get(name).status
        except Missing:
            return None
        # The SDK returns known statuses as members of an enumeration and newer ones as texts.
        return str(getattr(status, "value", status))

    def alive(self, name: str, what: str) -> bool:
        """Return whether the job is there and has not ended."""
        status = self.status(name, what)
        return status is not None and status not in _ENDED

    def submit(self, name: str, what: str, job: Any) -> None:
        """Start the job under that name; one that is there already was started by an attempt with a lost answer."""
        job.name = name
        try:
            with explained(f"submitting {what}", ROLE):
                self.client().jobs.create_or_update(job)
        except Conflict:
            if self.status(name, what) is None:
                raise

    def cancel(self, name: str, what: str) -> None:
        """Ask the service to end the job; one that is missing or has ended is left as it is."""
        if self.alive(name, what):
            with explained(f"canceling {what}", ROLE):
                self.client().jobs.begin_cancel(name)
