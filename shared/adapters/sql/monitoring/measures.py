"""Measurements, breaches, decisions and scorecards in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeGuard

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from shared.adapters.sql.connection.transactions import count, read, rows_changed, take_turn, write
from shared.adapters.sql.schema.monitoring import (
    breach,
    drift,
    monitored_window,
    quality,
    retrain_decision,
    scorecard,
    timer_beat,
)
from shared.core.breach import Action, Breach, BreachState, Cause
from shared.monitoring.measures import (
    DriftMeasure,
    DriftVerdict,
    QualityMeasure,
    QualityState,
    QualityVerdict,
    Reference,
    Scorecard,
    Source,
    TimerHeartbeat,
    WindowFacts,
)
from shared.monitoring.retrain_decision import RetrainDecision, RetrainReason, RetrainVerdict

# What makes two statements about a window differ; when and how old alone do not.
_SAID = ("value", "expected", "state", "verdict", "rows", "labelled", "model", "monitor_version")
_DECISION = tuple(column.name for column in retrain_decision.columns if column.name != "seq")


class SqlMeasurements:
    """Port `Measurements`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def replace(self, facts: WindowFacts, measures: Sequence[DriftMeasure]) -> None:
        """Keep the window's facts and distances instead of earlier ones."""

        def work(connection: Connection) -> None:
            for table in (drift, monitored_window):
                this = (table.c.scenario == facts.scenario, table.c.window == facts.window)
                connection.execute(delete(table).where(*this))
            connection.execute(insert(monitored_window), asdict(facts))
            if measures:
                connection.execute(insert(drift), [asdict(one) for one in measures])

        write(self._engine, work)

    def windows(self, scenario: str | None = None) -> Sequence[WindowFacts]:
        """Monitored windows by source and ordinal."""
        order = (monitored_window.c.source, monitored_window.c.ordinal, monitored_window.c.window)
        query = _of(monitored_window, scenario).order_by(*order)
        return [_window_facts(row) for row in _rows(self._engine, query)]

    def earlier(self, scenario: str, source: Source, ordinal: int, most: int) -> Sequence[WindowFacts]:
        """At most so many monitored windows of the source with a lower ordinal, newest first."""
        columns = monitored_window.c
        query = _of(monitored_window, scenario).where(columns.source == source, columns.ordinal < ordinal)
        query = query.order_by(columns.ordinal.desc(), columns.window.desc()).limit(most)
        return [_window_facts(row) for row in _rows(self._engine, query)]

    def drift(self, scenario: str, window: str | None = None) -> Sequence[DriftMeasure]:
        """Distances, of one window or of all."""
        columns = drift.c
        order = (columns.source, columns.ordinal, columns.window, columns.feature, columns.metric, columns.reference)
        query = _of(drift, scenario).order_by(*order)
        if window is not None:
            query = query.where(columns.window == window)
        return [_drift_measure(row) for row in _rows(self._engine, query)]


class SqlQualities:
    """Port `Qualities`: revisions are appended, never changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, measure: QualityMeasure) -> QualityMeasure:
        """Keep it as the next revision when it differs from the newest one."""
        this = (
            quality.c.scenario == measure.scenario,
            quality.c.window == measure.window,
            quality.c.metric == measure.metric,
        )

        def newest(connection: Connection) -> QualityMeasure | None:
            query = select(quality).where(*this).order_by(quality.c.revision.desc()).limit(1)
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else _quality_measure(dict(row))

        def work(connection: Connection) -> QualityMeasure:
            existing = newest(connection)
            if _says_the_same(existing, measure):
                return existing
            kept = replace(measure, revision=existing.revision + 1 if existing else 1)
            connection.execute(insert(quality), asdict(kept))
            return kept

        # Most of what is stated again says what is known.
        known = read(self._engine, newest)
        return known if _says_the_same(known, measure) else write(self._engine, work)

    def latest(self, scenario: str | None = None) -> Sequence[QualityMeasure]:
        """The newest revision of every (window, metric)."""
        columns = quality.c
        keys = (columns.scenario, columns.window, columns.metric)
        newest = select(*keys, func.max(columns.revision).label("revision")).group_by(*keys).subquery()
        same = [columns[name] == newest.c[name] for name in ("scenario", "window", "metric", "revision")]
        query = select(quality).join(newest, and_(*same))
        if scenario is not None:
            query = query.where(columns.scenario == scenario)
        query = query.order_by(columns.source, columns.ordinal, columns.window, columns.metric)
        return [_quality_measure(row) for row in _rows(self._engine, query)]

    def judged(self, scenario: str, source: Source, most: int) -> Sequence[QualityMeasure]:
        """The newest revisions with a verdict of the newest windows of that source, oldest first."""
        query = _judged(select(quality), scenario).where(quality.c.source == source)
        query = query.order_by(quality.c.ordinal.desc(), quality.c.window.desc()).limit(most)
        return [_quality_measure(row) for row in _rows(self._engine, query)][::-1]

    def means(self, scenario: str) -> Mapping[str, tuple[int, float]]:
        """By model how many windows have a verdict, and their mean quality."""
        counted = select(quality.c.model, func.count().label("windows"), func.avg(quality.c.value).label("mean"))
        rows = _rows(self._engine, _judged(counted, scenario).group_by(quality.c.model))
        return {row["model"]: (int(row["windows"]), float(row["mean"])) for row in rows}

    def provisional(self, scenario: str) -> Sequence[QualityMeasure]:
        """The newest revisions that are not final, by ordinal."""
        query = _newest(_of(quality, scenario)).where(quality.c.state != QualityState.FINAL)
        return [
            _quality_measure(row) for row in _rows(self._engine, query.order_by(quality.c.ordinal, quality.c.window))
        ]

    def served(self, scenario: str) -> Sequence[QualityMeasure]:
        """The newest revision of every hour of requests, by its number."""
        query = _newest(_of(quality, scenario)).where(quality.c.source == Source.SERVED)
        return [
            _quality_measure(row) for row in _rows(self._engine, query.order_by(quality.c.ordinal, quality.c.window))
        ]

    def revisions(self, scenario: str, window: str) -> Sequence[QualityMeasure]:
        """All revisions of the window's quality, oldest first."""
        query = _of(quality, scenario).where(quality.c.window == window)
        query = query.order_by(quality.c.metric, quality.c.revision)
        return [_quality_measure(row) for row in _rows(self._engine, query)]


def _says_the_same(known: QualityMeasure | None, measure: QualityMeasure) -> TypeGuard[QualityMeasure]:
    return known is not None and all(getattr(known, name) == getattr(measure, name) for name in _SAID)


def _newest(query: Select[Any]) -> Select[Any]:
    """Without revisions that gave way to a newer one."""
    other = quality.alias()
    same = [other.c[name] == quality.c[name] for name in ("scenario", "window", "metric")]
    return query.where(~exists().where(*same, other.c.revision > quality.c.revision))


def _judged(query: Select[Any], scenario: str) -> Select[Any]:
    known = (quality.c.scenario == scenario, quality.c.verdict != QualityVerdict.UNKNOWN, quality.c.value.is_not(None))
    return _newest(query.where(*known))


class SqlBreaches:
    """Port `Breaches`: one open breach per (scenario, cause, table, column)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def observe(self, sighting: Breach) -> tuple[Breach, bool]:
        """Open it, or add this sighting to the open one."""
        columns = breach.c
        this = (
            columns.scenario == sighting.scenario,
            columns.cause == sighting.cause,
            columns.table == sighting.table,
            columns.column == sighting.column,
            columns.state == BreachState.OPEN,
        )

        def opened(connection: Connection) -> RowMapping | None:
            return connection.execute(select(breach).where(*this)).mappings().one_or_none()

        def work(connection: Connection) -> tuple[Breach, bool]:
            take_turn(connection, f"breaches of {sighting.scenario}")
            row = opened(connection)
            if row is not None:
                return _again(connection, _breach(dict(row)), sighting), False
            if _closed_before(connection, sighting):
                # A repeat of work that was done before: the breach of that id is over already.
                return sighting, False
            connection.execute(insert(breach), asdict(sighting))
            return sighting, True

        known = read(self._engine, opened)
        if known is not None and known["last_window"] == sighting.last_window:
            return _breach(dict(known)), False
        return write(self._engine, work)

    def close(self, scenario: str, breach_id: str, at: datetime) -> None:
        """Close the breach; closing it twice changes nothing."""
        this = (breach.c.scenario == scenario, breach.c.id == breach_id, breach.c.state == BreachState.OPEN)
        change = update(breach).where(*this).values(state=BreachState.CLOSED, last_seen=at)
        write(self._engine, lambda connection: connection.execute(change))

    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Breach]:
        """Breaches by first seen."""
        query = _of(breach, scenario).order_by(breach.c.first_seen, breach.c.scenario, breach.c.id)
        if state is not None:
            query = query.where(breach.c.state == state)
        return [_breach(row) for row in _rows(self._engine, query)]


class SqlDecisions:
    """Port `Decisions`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, decision: RetrainDecision) -> bool:
        """Keep it; False when the newest one about that key says the same already."""
        columns = retrain_decision.c
        this = (columns.scenario == decision.scenario, columns.key == decision.key)
        newest = select(retrain_decision).where(*this).order_by(columns.seq.desc()).limit(1)

        def work(connection: Connection) -> bool:
            take_turn(connection, f"decisions of {decision.scenario}")
            row = connection.execute(newest).one_or_none()
            if row is not None and (row.decided, row.sentence) == (decision.decided, decision.sentence):
                return False
            connection.execute(insert(retrain_decision), asdict(decision))
            return True

        return write(self._engine, work)

    def list(
        self, scenario: str | None = None, *, key: str = "", decided: RetrainVerdict | None = None
    ) -> Sequence[RetrainDecision]:
        """Decisions, oldest first: all, or those about one occasion, or that decided so."""
        query = select(*(retrain_decision.c[name] for name in _DECISION)).order_by(retrain_decision.c.seq)
        asked = {"scenario": scenario, "key": key or None, "decided": decided}
        for name, value in asked.items():
            if value is not None:
                query = query.where(retrain_decision.c[name] == value)
        return [_decision(row) for row in _rows(self._engine, query)]


class SqlScorecards:
    """Port `Scorecards`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, card: Scorecard) -> None:
        """Keep it instead of an earlier one of the same generation; one that is lost is computed again."""
        this = (scorecard.c.scenario == card.scenario, scorecard.c.generation == card.generation)

        def work(connection: Connection) -> None:
            connection.execute(delete(scorecard).where(*this))
            connection.execute(insert(scorecard), asdict(card))

        count(self._engine, work)

    def list(self, scenario: str | None = None) -> Sequence[Scorecard]:
        """Scorecards by scenario and generation."""
        query = _of(scorecard, scenario).order_by(scorecard.c.scenario, scorecard.c.generation)
        return [Scorecard(**row) for row in _rows(self._engine, query)]

    def record_heartbeat(self, name: str, at: datetime, *, late: bool) -> None:
        """Count one firing of a timer."""
        columns = timer_beat.c
        values: dict[str, Any] = {"fired": columns.fired + 1, "late": columns.late + int(late), "last_at": at}
        seen = {"last_late_at": at} if late else {}

        def work(connection: Connection) -> None:
            change = update(timer_beat).where(columns.name == name).values(**values, **seen)
            if not rows_changed(connection.execute(change)):
                first = {"name": name, "fired": 1, "late": int(late), "last_at": at, **seen}
                connection.execute(insert(timer_beat), first)

        count(self._engine, work)

    def heartbeats(self) -> Sequence[TimerHeartbeat]:
        """All timers by name."""
        query = select(timer_beat).order_by(timer_beat.c.name)
        return [TimerHeartbeat(**row) for row in _rows(self._engine, query)]


def _closed_before(connection: Connection, seen: Breach) -> bool:
    this = (breach.c.scenario == seen.scenario, breach.c.id == seen.id)
    return connection.execute(select(breach.c.id).where(*this)).one_or_none() is not None


def _again(connection: Connection, existing: Breach, seen: Breach) -> Breach:
    """The open breach with this sighting; the same window again adds nothing."""
    if existing.last_window == seen.last_window:
        return existing
    kept = replace(
        existing,
        sentence=seen.sentence,
        action=seen.action,
        last_window=seen.last_window,
        windows=existing.windows + 1,
        last_seen=seen.last_seen,
    )
    this = (breach.c.scenario == kept.scenario, breach.c.id == kept.id)
    changed = ("sentence", "action", "last_window", "windows", "last_seen")
    connection.execute(update(breach).where(*this).values({name: getattr(kept, name) for name in changed}))
    return kept


def _window_facts(row: Mapping[str, Any]) -> WindowFacts:
    return WindowFacts(**{**row, "source": Source(row["source"])})


def _drift_measure(row: Mapping[str, Any]) -> DriftMeasure:
    source, reference, verdict = Source(row["source"]), Reference(row["reference"]), DriftVerdict(row["verdict"])
    return DriftMeasure(**{**row, "source": source, "reference": reference, "verdict": verdict})


def _quality_measure(row: Mapping[str, Any]) -> QualityMeasure:
    source, state, verdict = Source(row["source"]), QualityState(row["state"]), QualityVerdict(row["verdict"])
    return QualityMeasure(**{**row, "source": source, "state": state, "verdict": verdict})


def _breach(row: Mapping[str, Any]) -> Breach:
    cause, state, action = Cause(row["cause"]), BreachState(row["state"]), Action(row["action"])
    return Breach(**{**row, "cause": cause, "state": state, "action": action})


def _decision(row: Mapping[str, Any]) -> RetrainDecision:
    return RetrainDecision(**{**row, "reason": RetrainReason(row["reason"]), "decided": RetrainVerdict(row["decided"])})


def _of(table: Table, scenario: str | None) -> Select[Any]:
    query = select(table)
    return query if scenario is None else query.where(table.c.scenario == scenario)


def _rows(engine: Engine, query: Select[Any]) -> Sequence[Mapping[str, Any]]:
    # Keys of a row mapping are its columns' names as text.
    return [dict(row) for row in read(engine, lambda connection: connection.execute(query).mappings().all())]
