"""Small pictures as inline SVG: coloured by the page's style sheet, without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from shared.profiles.report.shapes import cuts, shares_between

_WIDTH, _HEIGHT, _BARS = 320, 96, 32
_LABEL, _VALUE, _LINE = 112, 44, 18
_CATEGORIES = 8


def short(value: float | None) -> str:
    """A number for people: thousands separated, else four significant digits."""
    if value is None:
        return "-"
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e12):  # noqa: PLR2004 -- beyond, digits say nothing
        return f"{int(value):,}"
    return f"{value:.4g}"


def bars(column: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> Markup:
    """The distribution of a column of numbers as bars, the baseline's as a stepped line over them."""
    sides = [side for side in (column, baseline) if side is not None and side.get("histogram")]
    positions = cuts(sides, _BARS)
    heights = [shares_between(side["histogram"], positions) for side in sides]
    top, step = max(max(one) for one in heights) or 1.0, _WIDTH / (len(positions) - 1)
    shapes = [_bar(place * step, step, share / top) for place, share in enumerate(heights[0]) if share > 0]
    if len(heights) > 1:
        shapes.append(_steps(heights[1], step, top))
    ends = Markup(
        '<text class="axis" x="0" y="{y}">{a}</text><text class="axis end" x="{w}" y="{y}">{b}</text>'
    ).format(a=short(_inward(positions[0], 1)), b=short(_inward(positions[-1], -1)), w=_WIDTH, y=_HEIGHT + 13)
    return svg(_HEIGHT + 16, Markup("").join(shapes) + ends, "Distribution, with the baseline as a line")


def categories(column: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> Markup:
    """The most frequent values as bars by their share, the baseline's share as a mark on each."""
    total = column["count"] or 1
    known = {} if baseline is None else dict(baseline.get("top", ()))
    before = (baseline or {}).get("count") or 1
    values = column["top"][:_CATEGORIES]
    rows = [(value, count / total, known.get(value, 0) / before) for value, count in values]
    widest = max((max(share, then) for _, share, then in rows), default=1.0) or 1.0
    lines = (_category(place, row, widest, marked=baseline is not None) for place, row in enumerate(rows))
    return svg(len(rows) * _LINE + 4, Markup("").join(lines), "Shares of the most frequent values")


def line(values: Sequence[float | None]) -> Markup:
    """Values over time as a line with a dot at the newest; gaps where there is no value."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    low, high = min(value for _, value in known), max(value for _, value in known)
    step, spread = 148 / max(len(values) - 1, 1), high - low
    points = [(4 + place * step, 28 - 22 * ((value - low) / spread if spread else 0.5)) for place, value in known]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    drawn = Markup('<polyline class="line" points="{p}"/><circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>').format(
        p=path, x=points[-1][0], y=points[-1][1]
    )
    return svg(34, drawn, "Over time", width=156)


def _inward(position: float, direction: int) -> float:
    """The whole number inside a cut between two of them; any other position as it is."""
    return position + 0.5 * direction if (2 * position) % 2 == 1 else position


def _bar(x: float, width: float, height: float) -> Markup:
    tall = max(height * (_HEIGHT - 4), 1.0)
    return Markup('<rect class="now" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"/>').format(
        x=x + 0.5, y=_HEIGHT - tall, w=max(width - 1, 0.8), h=tall
    )


def _steps(shares: Sequence[float], step: float, top: float) -> Markup:
    heights = [_HEIGHT - share / top * (_HEIGHT - 4) for share in shares]
    corners = " ".join(
        f"L{place * step:.1f} {y:.1f} L{(place + 1) * step:.1f} {y:.1f}" for place, y in enumerate(heights)
    )
    return Markup('<path class="then" d="M{corners}"/>').format(corners=corners[1:])


def _category(place: int, row: tuple[str, float, float], widest: float, *, marked: bool) -> Markup:
    value, share, before = row
    room, y = _WIDTH - _LABEL - _VALUE, place * _LINE
    label = value if len(value) <= 17 else f"{value[:16]}…"  # noqa: PLR2004 -- what fits before the bars
    drawn = Markup(
        '<text class="label" x="{lx}" y="{ty}">{label}</text>'
        '<rect class="now" x="{x}" y="{y}" width="{w:.1f}" height="12"/>'
        '<text class="axis" x="{vx:.1f}" y="{ty}">{share:.1%}</text>'
    ).format(
        lx=_LABEL - 6, ty=y + 13, label=label, x=_LABEL, y=y + 3, w=max(share / widest * room, 1), share=share,
        vx=_LABEL + max(share, before if marked else 0.0) / widest * room + 6,
    )  # fmt: skip
    if not marked:
        return drawn
    mark = Markup('<line class="then" x1="{x:.1f}" x2="{x:.1f}" y1="{a}" y2="{b}"/>')
    return drawn + mark.format(x=_LABEL + before / widest * room, a=y + 1, b=y + 17)


def svg(height: int, content: Markup, name: str, width: int = _WIDTH) -> Markup:
    """The content as a picture of this size in pixels; `name` is read aloud in its place."""
    return Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{name}">{c}</svg>'
    ).format(w=width, h=height, name=name, c=content)
