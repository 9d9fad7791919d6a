"""Windows and corrections in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from memory.store import InMemory, Memory, atomic
from shared.core.errors import Conflict, Missing
from shared.prediction.revision import Correction
from shared.prediction.window import Window, WindowState


class MemoryWindows(InMemory):
    """Port `Windows`: an input belongs to one window, ordinals count from 1."""

    @atomic
    def claim(self, window: Window) -> Window:
        """Keep the window under the next ordinal; the same id again takes the inputs that it lacks."""
        known = self._memory.rows["window"].get((window.scenario, window.id))
        existing = _inputs(self._memory, window.scenario, window.id)
        added = tuple(name for name in window.inputs if name not in existing)
        if added and known is not None and known.state == WindowState.QUARANTINED:
            raise Conflict(f"Window {window.id!r} of {window.scenario} was closed; it takes no further inputs.")
        taken = self._memory.rows["input"]
        for name in added:
            other = taken.get((window.scenario, name))
            if other is not None:
                raise Conflict(f"Input {name!r} belongs to window {other!r} of {window.scenario} already.")
        if known is None:
            known = _numbered(self._memory, window)
        taken.update({(window.scenario, name): window.id for name in added})
        return replace(known, inputs=existing + added)

    @atomic
    def claimed(self, scenario: str, inputs: Collection[str]) -> frozenset[str]:
        """Those of the inputs that belong to a window."""
        return frozenset(name for name in inputs if (scenario, name) in self._memory.rows["input"])

    @atomic
    def find(self, scenario: str, window_id: str) -> Window | None:
        """The window, or None."""
        kept = self._memory.rows["window"].get((scenario, window_id))
        return None if kept is None else replace(kept, inputs=_inputs(self._memory, scenario, window_id))

    @atomic
    def below(self, scenario: str, folder: str) -> Mapping[str, str]:
        """The inputs below a folder, each with the id of its window."""
        taken = self._memory.rows["input"].items()
        return {name: window for (owner, name), window in taken if owner == scenario and name.startswith(folder)}

    @atomic
    def close(
        self, scenario: str, window_id: str, state: WindowState, reason: str, read: Sequence[str] | None = None
    ) -> None:
        """Set the window's final state and free what is not among `read`."""
        kept = self._memory.rows["window"].get((scenario, window_id))
        if kept is None:
            raise Missing(f"There is no window {window_id!r} of {scenario}.")
        for name in _inputs(self._memory, scenario, window_id) if read is not None else ():
            if name not in read:
                del self._memory.rows["input"][scenario, name]
        self._memory.rows["window"][scenario, window_id] = replace(kept, state=WindowState(state), reason=reason)

    @atomic
    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Window]:
        """Windows by ordinal."""
        kept = self._memory.rows["window"].values()
        found = [one for one in kept if scenario in {None, one.scenario} and state in {None, one.state}]
        found.sort(key=lambda one: (one.ordinal, one.scenario))
        return [replace(one, inputs=_inputs(self._memory, one.scenario, one.id)) for one in found]


def _inputs(memory: Memory, scenario: str, window: str) -> tuple[str, ...]:
    taken = memory.rows["input"].items()
    return tuple(name for (owner, name), of in taken if (owner, of) == (scenario, window))


def _numbered(memory: Memory, window: Window) -> Window:
    """Keep the window, without its inputs, under the next ordinal."""
    ordinals = (one.ordinal for one in memory.rows["window"].values() if one.scenario == window.scenario)
    state = WindowState(window.state)
    kept = replace(window, ordinal=1 + max(ordinals, default=0), inputs=(), state=state)
    memory.rows["window"][window.scenario, window.id] = kept
    return kept


class MemoryCorrections(InMemory):
    """Port `Corrections`."""

    @atomic
    def plan(self, correction: Correction) -> Correction:
        """Keep it as the next version of its base; the same work that is planned already is returned instead."""
        windows, scenario = self._memory.rows["window"], correction.scenario
        others = [one for one in self.list(scenario) if one.base == correction.base]
        for one in others:
            same = (one.deployment.sha256, one.inputs) == (correction.deployment.sha256, correction.inputs)
            if same and windows[scenario, one.window].state == WindowState.PLANNED:
                return one
        number = 1 + max((one.number for one in others), default=1)
        kept = replace(correction, window=f"{correction.base}.r{number}", number=number)
        _numbered(self._memory, Window(scenario, kept.window, 0, (), WindowState.PLANNED, kept.created_at))
        self._memory.rows["correction"][scenario, kept.window] = kept
        for name in kept.inputs:
            self._memory.rows["input"].setdefault((scenario, name), kept.window)
        return kept

    @atomic
    def find(self, scenario: str, window: str) -> Correction | None:
        """The correction under that name; None for a first version."""
        return self._memory.rows["correction"].get((scenario, window))

    @atomic
    def list(self, scenario: str) -> Sequence[Correction]:
        """All corrections of a scenario, by base and number."""
        found = [one for one in self._memory.rows["correction"].values() if one.scenario == scenario]
        return sorted(found, key=lambda one: (one.base, one.number))
