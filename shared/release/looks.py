"""Which challenger the gate looks at again, and under which key of the ledger a release of it is claimed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.errors import Corrupt
from shared.core.ledger import TERMINAL, Entry, Kind, State
from shared.release.approval import Approval
from shared.release.gate.gate import COMPARED
from shared.release.gate.growth import newest_rows
from shared.release.verdict import Verdict
from shared.training.model import Model, ModelRef
from shared.training.run import RunState
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts

_TRAINING: tuple[RunState, ...] = ("requested", "running")


@dataclass(frozen=True, slots=True)
class Work:
    """The key that a release is claimed under; `again`: an undecided challenger is judged on its grown rows first."""

    key: str
    again: bool = False


def release_work(ports: ReleasePorts, model_id: str) -> Work:
    """The work that a message about the version asks for.

    Its release; when that has ended, the one that an approval came for, or another look at an undecided challenger.
    """
    key = _judged_under(ports, model_id)
    entry = ports.core.history.find(Kind.MODEL, key)
    if entry is None or entry.state not in TERMINAL:
        return Work(key)
    approved = [approval for approval in _approvals(ports, model_id) if approval.state == "approved"]
    if approved:
        return Work(_key_of(approved[-1]))
    ref = ModelRef.parse(model_id)
    due = due_look(ports, ref.name) if ref else None
    return Work(look_key(*due), again=True) if due and due[0].id == model_id else Work(key)


def newest_entry(ports: ReleasePorts, model_id: str) -> Entry | None:
    """The ledger's entry of the version's newest release, or None."""
    keys = dict.fromkeys((model_id, _judged_under(ports, model_id)))
    keys |= dict.fromkeys(_key_of(approval) for approval in _approvals(ports, model_id))
    entries = [entry for key in keys if (entry := ports.core.history.find(Kind.MODEL, key)) is not None]
    return max(entries, key=lambda entry: (entry.at, entry.key != model_id), default=None)


def due_look(ports: ReleasePorts, scenario: str) -> tuple[Model, Verdict] | None:
    """The newest undecided challenger of the generation that serves, when there are rows it was not judged on.

    None while a training may bring a newer challenger, and while a person decides on this one.
    """
    found = undecided_challenger(ports, scenario)
    if found is None or not _can_pass(found[1]) or not _is_idle(ports, *found):
        return None
    model, verdict = found
    dataset = newest_rows(ports, model)
    judged_on = verdict.judging.dataset if verdict.judging else model.dataset
    entry = ports.core.history.find(Kind.MODEL, look_key(model, verdict))
    seen = entry is not None and (entry.state in TERMINAL or entry.detail.get("dataset") == dataset)
    return None if seen or dataset in (judged_on, "") else found


def _is_idle(ports: ReleasePorts, model: Model, verdict: Verdict) -> bool:
    """Whether nobody trains a newer challenger, and nobody decides on this one's very certificate."""
    if ports.training.runs.list(model.name, states=_TRAINING):
        return False
    requests = [one for one in _approvals(ports, model.id) if one.certificate == verdict.digest]
    released = newest_entry(ports, model.id)
    ended = released is not None and released.state == State.UNDECIDED
    return ended and not any(one.state in ("open", "approved") for one in requests)


def look_key(model: Model, verdict: Verdict) -> str:
    """The key under which the judgement after this verdict is claimed: no two workers make it."""
    return _key_of_judgement(model.id, verdict.generation or 0, verdict.number + 1)


def undecided_challenger(ports: ReleasePorts, scenario: str) -> tuple[Model, Verdict] | None:
    """The newest undecided challenger of the generation that serves, with its verdict."""
    current = ports.release.deployments.current(scenario)
    generation, serving = (current.generation, current.version) if current else (0, 0)
    for model in reversed(ports.training.registry.list(scenario)):
        verdict = _intact_verdict(ports, model) if model.version > serving else None
        if verdict is None:
            return None
        if (verdict.generation, verdict.state) == (generation, "undecided"):
            return model, verdict
    return None


def _intact_verdict(ports: ReleasePorts, model: Model) -> Verdict | None:
    """The certificate's verdict; None when it was altered, which the release itself tells."""
    try:
        return ports.release.deployments.verdict(model)
    except Corrupt:
        return None


def _can_pass(verdict: Verdict) -> bool:
    """Whether further rows may decide: what is undecided on the model's own rows stays so."""
    return all(check.name in COMPARED for check in verdict.checks if check.verdict in ("undecided", "trade_off"))


def _judged_under(ports: ReleasePorts, model_id: str) -> str:
    """The key under which the certificate in force was made: the version's own, or that of a further judgement."""
    model = model_by_id(ports, model_id)
    verdict = _intact_verdict(ports, model) if model else None
    if verdict is None or verdict.number == 1:
        return model_id
    return _key_of_judgement(model_id, verdict.generation or 0, verdict.number)


def _key_of_judgement(model_id: str, generation: int, number: int) -> str:
    return f"{model_id}#judged-{generation}-{number}"


def _approvals(ports: ReleasePorts, model_id: str) -> list[Approval]:
    ref = ModelRef.parse(model_id)
    requests = ports.release.approvals.list(ref.name) if ref else ()
    return [request for request in requests if request.model == model_id]


def _key_of(approval: Approval) -> str:
    return f"{approval.model}#{approval.id[:12]}"
