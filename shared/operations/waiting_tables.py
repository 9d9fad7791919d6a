"""Delta tables that could not follow are tried again by the sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.ledger import Kind, State
from shared.prediction.delta_follower import follow

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

# A sweep has little time; the next one goes on.
_MOST = 50
_LOOKED_AT = 5000


def follow_waiting(ports: OperationsPorts) -> int:
    """Bring tables up to the windows that wait for it; how many are done. The first that waits on ends the round."""
    waiting = [one for one in ports.operations.totals.in_states({State.WAITING}, _LOOKED_AT) if one.kind == Kind.TABLE]
    done = 0
    for entry in waiting[:_MOST]:
        name, _, window = entry.key.partition("/")
        scenario = ports.core.scenarios.get(name)
        if scenario is not None and not follow(ports, scenario, window):
            break
        done += 1
    return done
