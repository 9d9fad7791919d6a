"""The query of a page: its parameters, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.errors import BadInput
from shared.core.scenario import Scenario, find_scenario
from shared.core.wording import counted

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_LONGEST = 1200


@dataclass(frozen=True, slots=True)
class ViewQuery:
    """The parameters of a request. A missing one has a default; one that is not accepted is BadInput."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """The parameter as text, or the default when it is not given."""
        value = self.values.get(name) or default
        if len(value) > _LONGEST:
            raise BadInput(f"Parameter {name} has {counted(len(value), 'character')}; at most {_LONGEST} are accepted.")
        return value

    def number(self, name: str, default: int | None = None, most: int = 2**63 - 1) -> int | None:
        """A whole number from 0 to `most`, or the default when it is not given."""
        value = self.text(name)
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or len(value) > len(str(most)) or int(value) > most:
            raise BadInput(f"Parameter {name} is {value[:40]!r}; accepted: a whole number from 0 to {most}.")
        return int(value)

    def scenario(self, ports: OperationsPorts) -> Scenario:
        """The named scenario, or the first; Missing names those there are."""
        return find_scenario(ports.core.scenarios, self.text("scenario", min(ports.core.scenarios, default="")))
