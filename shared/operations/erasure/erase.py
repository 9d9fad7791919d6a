"""Erase a person: asked for by one, approved by another, repeatable at every moment, told without a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.core.claims import once
from shared.core.errors import BadInput, Conflict, Forbidden, Refused, Transient
from shared.core.ledger import Kind, Outcome, State
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.operations.erasure import records
from shared.operations.erasure.lake_files import FoundFile, find_rows, needles_of
from shared.operations.erasure.landed import erase_files, scrub_refused, scrub_texts
from shared.operations.erasure.models import Erasing, erase_models, learned_from
from shared.operations.erasure.needles import Needles
from shared.operations.erasure.parts import erase_parts, held_parts
from shared.operations.erasure.records import ErasureRequest
from shared.operations.erasure.report_tables import erase_reports
from shared.operations.erasure.subject import Subject
from shared.operations.erasure.windows import erase_shards, erase_trials, erase_windows
from shared.prediction.delta_table import ACTUALS, LABELLED, PREDICTIONS
from shared.prediction.window import WindowState

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

_LONGEST_NAME = 200
_MOST = 5000
_TABLES = {PREDICTIONS: "windows", ACTUALS: "labels", LABELLED: "labels"}


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a scenario holds about a person: rows by area of the lake, and the models that learned from them."""

    rows: Mapping[str, int]
    models: tuple[str, ...]


def footprint(ports: OperationsPorts, scenario: Scenario, subject: Subject) -> Footprint:
    """Where rows of the person are now; this changes nothing."""
    found = find_rows(ports, subject)
    paths = {one.blob.path for one in found}
    versions = ports.datasets.versions.list(scenario.name)
    held = {one.id for one in versions if any(part.path in paths for table in one.tables for part in table.parts)}
    return Footprint(_counted(found), learned_from(ports, scenario.name, held))


def request_erasure(ports: OperationsPorts, subject: Subject, secret: bytes, *, by: str, reason: str) -> ErasureRequest:
    """Keep who asks to erase whom, and why; the request waits for the approval of another person."""
    if not reason.strip():
        raise BadInput("An erasure needs a reason; accepted: --reason TEXT.")
    digest = records.keyed_digest(secret, subject)
    request = records.new_request(ports, subject, digest, _person(by), _told(reason, subject), ports.core.clock())
    sentence = f"{request.by} asks to erase the rows about one person: {request.reason}"
    ports.core.ledger.note(Kind.ERASURE, _key(request), State.WAITING, sentence)
    return request


def approve_erasure(ports: OperationsPorts, subject: Subject, secret: bytes, *, by: str) -> ErasureRequest:
    """Approve the open request for that person; Forbidden for whoever made it, where the scenario wants another."""
    digest, by = records.keyed_digest(secret, subject), _person(by)
    request = records.open_request(ports, subject.scenario, digest)
    if request is None:
        raise Refused(f"Nobody asked to erase this person from {subject.scenario}; ask first, with --reason.")
    if request.approved_by:
        return request
    own = by.casefold() == request.by.casefold()
    if own and not ports.release.policies.of(subject.scenario).approve_own:
        raise Forbidden(f"The requester cannot approve: {by} made this request, another person has to decide.")
    return records.approve(ports, request, by, ports.core.clock())


def erase(ports: OperationsPorts, scenario: Scenario, subject: Subject, request: ErasureRequest) -> ErasureRequest:
    """Erase the person; a killed run is taken up by the next. Conflict while work of the scenario is open."""
    if not request.approved_by:
        raise Refused(f"Request {request.id} waits for the approval of another person.")
    _check_quiet(ports, scenario)
    key = f"{_key(request)}/run"
    given_up = ports.core.history.find(Kind.ERASURE, key)
    if given_up is not None and given_up.state == State.FAILED:
        ports.operations.reopening.reopen(Kind.ERASURE, key, "Asked for again by a person.")
    result = once(ports, Kind.ERASURE, key, "", lambda: _run(ports, scenario, subject, request))
    if result.outcome.state != State.DONE:
        raise Conflict(f"Request {request.id} is {result.outcome.state}: {result.outcome.reason}")
    return _finished(ports, request, result.outcome)


def _finished(ports: OperationsPorts, request: ErasureRequest, outcome: Outcome) -> ErasureRequest:
    """The receipt comes last: until it is there, the same command goes on."""
    counts, models = outcome.detail["counts"], tuple(outcome.detail["models"])
    records.finish(ports, replace(request, finished_at=ports.core.clock(), counts=counts, models=models))
    ports.core.ledger.note(Kind.ERASURE, _key(request), State.DONE, outcome.reason)
    return next(one for one in records.requests(ports, request.scenario) if one.id == request.id)


def _run(ports: OperationsPorts, scenario: Scenario, subject: Subject, request: ErasureRequest) -> Outcome:
    """Sentences go first: what tells of the person is known from the rows, which go last."""
    found = find_rows(ports, subject)
    needles, parts = needles_of(ports, subject, found), held_parts(ports, scenario, subject, found)
    held = learned_from(ports, scenario.name, parts.datasets)
    rows, models = records.keep_footprint(ports, request, _counted(found), held)
    counts = Counter(rows)
    counts["sql rows"] += _erase_sql(ports, scenario, subject, found)
    counts += _erase_texts(ports, subject, needles)
    counts["working folders"] += ports.operations.remnants.remove_runs(
        [run.id for run in ports.training.runs.list(scenario.name)]
    )
    erase_models(ports, scenario, Erasing(subject, request.id, parts.prints, needles))
    _erase_files(ports, scenario, subject, request.id, found)
    ports.operations.erasure.compact()
    left = _counted(find_rows(ports, subject))
    if left:
        raise Transient(f"Rows came while they were erased ({_listed(left)}); run the same command again.")
    reason = f"Erased on request of {request.by}, approved by {request.approved_by}: {_listed(counts) or 'nothing'}."
    kept = {name: number for name, number in sorted(counts.items()) if number}
    return Outcome(State.DONE, reason, {"counts": kept, "models": list(models)})


def _erase_texts(ports: OperationsPorts, subject: Subject, needles: Needles) -> Counter[str]:
    """Sentences, reports, statistics and logs without the person's values."""
    files = scrub_texts(ports, subject.scenario, needles) + scrub_refused(ports, subject, needles)
    cells = ports.operations.erasure.texts(needles.texts, needles.numbers, needles.in_json)
    return Counter({"texts": files, "sql texts": cells, "logs": ports.operations.remnants.overwrite(needles.texts)})


def _erase_sql(ports: OperationsPorts, scenario: Scenario, subject: Subject, found: list[FoundFile]) -> int:
    return ports.operations.erasure.rows(
        scenario,
        subject.key,
        partial=subject.partial,
        requests=[one for file in found for one in file.requests],
        predictions=[one for file in found for one in file.predictions],
    )


def _erase_files(
    ports: OperationsPorts, scenario: Scenario, subject: Subject, erasure: str, found: list[FoundFile]
) -> None:
    """Parts, windows, trials, and every other file that holds rows; files of models are written by then."""
    by_area: dict[str, list[FoundFile]] = {}
    for one in found:
        area = _area(one) if one.blob.name != "rejects.parquet" else "rejects"
        by_area.setdefault(area, []).append(one)
    used = {name for window in ports.prediction.windows.list(scenario.name) for name in window.inputs}
    used |= {name for one in ports.prediction.corrections.list(scenario.name) for name in one.inputs}
    by_area.pop("models", None)
    erase_parts(ports, scenario, subject, erasure, [*by_area.pop("tables", []), *by_area.pop("datasets", [])])
    erase_files(ports, subject, erasure, by_area.pop("rejects", []), frozenset(used))
    erase_windows(ports, scenario, subject, erasure, by_area.pop("windows", []))
    erase_reports(ports, scenario, subject, by_area.pop("labels", []))
    erase_shards(ports, scenario, subject, by_area.pop("shards", []))
    erase_trials(ports, scenario, subject, by_area.pop("trials", []))
    for files in by_area.values():
        erase_files(ports, subject, erasure, files, frozenset(used))


def _check_quiet(ports: OperationsPorts, scenario: Scenario) -> None:
    """Conflict while a window is planned, a run is open, or a worker is at work on the scenario."""
    planned = ports.prediction.windows.list(scenario.name, WindowState.PLANNED)
    open_runs = ports.training.runs.list(scenario.name, states=("requested", "running"))
    busy = [
        entry
        for entry in ports.operations.totals.in_states({State.IN_PROGRESS}, _MOST)
        if scenario.name in entry.key
        and entry.kind != Kind.ERASURE
        and (entry.expires or entry.at) > ports.core.clock()
    ]
    if planned or open_runs or busy:
        work = f"{counted(len(planned), 'window')}, {counted(len(open_runs), 'run')}, {counted(len(busy), 'task')}"
        raise Conflict(f"{scenario.name} is being worked on ({work}); nothing was erased. Try again when it has ended.")


def _area(one: FoundFile) -> str:
    """The area of the file; of a Delta table what its rows are: a window's predictions, or labels."""
    area, _, rest = one.blob.path.partition("/")
    return _TABLES.get(rest.split("/")[1], area) if area == "tables" else area


def _counted(found: list[FoundFile]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in found:
        counts[_area(one)] += one.rows
    return dict(counts)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()) if number)


def _told(reason: str, subject: Subject) -> str:
    """The reason, which must not name whom it is about."""
    if subject.text in reason or subject.values[0] in reason.split():
        raise BadInput("The reason names the person; accepted: a reason without the key, such as a ticket's number.")
    return reason.strip()


def _person(by: str) -> str:
    name = by.strip()
    if not name or name == "unknown" or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadInput("The erasure names nobody who asks for it; accepted: --by NAME, such as ada@example.com.")
    return name


def _key(request: ErasureRequest) -> str:
    return f"{request.scenario}/{request.id}"
