"""The line of generations, along which a rollback goes back: what a rollback took out is no longer on it."""

from __future__ import annotations

from collections.abc import Sequence

from shared.serving.deployment import Deployment


def line_of(history: Sequence[Deployment]) -> Sequence[Deployment]:
    """From the current generation back, of all generations in an environment, oldest first.

    A rollback stands where the generation stood that it restores: what came in between is not on the line, and neither
    is a version that was taken out.
    """
    numbered, before = {one.generation: one for one in history}, dict[int, int]()
    for one in history:
        before[one.generation] = before.get(one.restores, one.generation - 1)
    out, line = taken_out(history), list[Deployment]()
    number = history[-1].generation if history else 0
    while number in numbered:
        line.append(numbered[number])
        number = before[number]
    return [one for one in line if one.version not in out]


def taken_out(history: Sequence[Deployment]) -> frozenset[int]:
    """The versions that a rollback took out and that nobody has put into service again since."""
    out = set[int]()
    for one in history:
        if one.restores:
            out |= {other.version for other in history if one.restores < other.generation < one.generation}
        out.discard(one.version)
    return frozenset(out)


def rollback_target(history: Sequence[Deployment]) -> Deployment | None:
    """The generation that a rollback brings back: the next on the line with another version; None without one."""
    line = line_of(history)
    return next((one for one in line if one.version != line[0].version), None)
