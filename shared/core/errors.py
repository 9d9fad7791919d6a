"""Errors that say what was wrong, and whether a retry would help.

A class takes facts and builds the sentence: what was wrong, where, and what would be accepted.
"""

from __future__ import annotations

from typing import ClassVar


class Fault(Exception):
    """Base of all errors of the project. `permanent` says that a retry cannot help; `state` is how the ledger ends."""

    permanent: ClassVar[bool] = False
    state: ClassVar[str] = "failed"
    code: ClassVar[str] = "fault"

    @property
    def reason(self) -> str:
        """The sentence a person reads."""
        return str(self)


class Transient(Fault):
    """Something outside did not answer as it should; the same call may succeed later."""

    code = "unavailable"


class Busy(Transient):
    """Another worker holds the claim; its deadline decides who goes on."""

    code = "busy"


class Permanent(Fault):
    """A retry would fail the same way."""

    permanent = True
    code = "permanent"


class Misconfigured(Permanent):
    """A setting is missing or has a value that cannot be used."""

    code = "setting"

    def __init__(self, key: str, problem: str, accepted: str) -> None:
        """Build the sentence from the setting's name, what is wrong with it and what would be accepted."""
        super().__init__(f"Setting {key} {problem}; accepted: {accepted}.")
        self.key = key


class Misdeclared(Misconfigured):
    """A scenario is declared as it cannot be meant; the whole sentence says where, what, and what would be accepted."""

    code = "declaration"

    def __init__(self, sentence: str) -> None:
        Permanent.__init__(self, sentence)
        self.key = "scenario"


class Quarantined(Permanent):
    """Data that breaks its contract. Nothing is trained or scored on it; the bytes and this reason are kept."""

    state = "quarantined"

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        table: str = "",
        column: str = "",
        row: int | None = None,
        line: int | None = None,
        accepted: str = "",
        private: str = "",
    ) -> None:
        """Keep the facts; `row` counts data rows from 1 (the header is not a row), `line` the lines of a CSV file.

        `private` is the sentence without any value, for columns about people.
        """
        super().__init__(sentence)
        self.reason_code = code
        self.table = table
        self.column = column
        self.row = row
        self.line = line
        self.accepted = accepted
        self.private = private


class Refused(Permanent):
    """A model that did not pass its gate, or a change the current state does not allow."""

    state = "refused"
    code = "refused"


class Forbidden(Refused):
    """Something that this caller may not do, and another one may."""

    code = "forbidden"


class Missing(Permanent):
    """Something that was named does not exist (any more)."""

    state = "gone"
    code = "missing"


class Superseded(Permanent):
    """There is a newer version of the same thing; this one changes nothing."""

    state = "superseded"
    code = "superseded"


class Corrupt(Permanent):
    """Stored bytes are not the bytes that were recorded."""

    code = "corrupt"


class Conflict(Permanent):
    """Somebody else changed the state first; the sentence names the current state."""

    state = "conflict"
    code = "conflict"


class BadInput(Permanent):
    """A request or command that cannot be understood: what, where, and what would be accepted."""

    code = "bad_input"


class Mismatch(BadInput):
    """A request that can be understood and contradicts an earlier one."""

    code = "mismatch"
