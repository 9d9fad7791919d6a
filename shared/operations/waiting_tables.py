"""Delta tables that could not follow are tried again by the sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.ledger import Kind, State
from shared.core.scenario import Scenario
from shared.monitoring.label_tables.follower import follow_labels, follow_window
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
        if scenario is not None and not _follow(ports, scenario, window):
            break
        done += 1
    return done


def _follow(ports: OperationsPorts, scenario: Scenario, what: str) -> bool:
    """What waits is a window, a file of labels, or the labels of a window."""
    window, _, rest = what.partition("/")
    if not rest:
        return follow(ports, scenario, window)
    if rest == "labels":
        return follow_window(ports, scenario, window)
    return follow_labels(ports, scenario, what)
