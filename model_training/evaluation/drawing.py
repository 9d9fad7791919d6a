"""The card's pictures as inline SVG of one width, readable on a phone; coloured by the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from shared.profiles.report.drawing import short, svg

WIDTH = 320
# The square in which curves are drawn.
_LEFT, _TOP, _SIDE = 52, 8, 240
_LABEL, _VALUE, _LINE = 118, 64, 22
_LONGEST = 20


def curve(x: Sequence[float], y: Sequence[float], names: tuple[str, str], chance: float | None) -> Markup:
    """A curve of shares; `chance` is the height of the dashed line of a guess, None the diagonal."""
    points = " ".join(f"{_x(across):.1f},{_y(up):.1f}" for across, up in zip(x, y, strict=True))
    line = Markup('<polyline class="line" points="{p}"/>').format(p=points)
    ends = (0.0, 1.0) if chance is None else (chance, chance)
    return _square(_dashed(*ends) + line, names)


def reliability(bins: Sequence[Mapping[str, Any]], names: tuple[str, str]) -> Markup:
    """The true share by predicted probability with its interval; larger dots are more rows, the diagonal is perfect."""
    filled = [each for each in bins if each["rows"]]
    total = sum(each["rows"] for each in filled)
    shape = Markup(
        '<line class="span" x1="{x:.1f}" x2="{x:.1f}" y1="{a:.1f}" y2="{b:.1f}"/>'
        '<circle class="now" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"><title>{rows} rows</title></circle>'
    )
    dots = []
    for each in filled:
        low, high = each["interval"]
        x, y, size = _x(each["probability"]), _y(each["share"]), 2.5 + 9 * (each["rows"] / total) ** 0.5
        dots.append(shape.format(x=x, y=y, a=_y(low), b=_y(high), r=size, rows=each["rows"]))
    return _square(_dashed(0.0, 1.0) + Markup("").join(dots), names)


def scatter(points: Sequence[Sequence[float]], names: tuple[str, str]) -> Markup:
    """Pairs (across, up) on one scale for both; the diagonal is perfect."""
    low, high = min(map(min, points)), max(map(max, points))
    spread = (high - low) or 1.0
    dot = Markup('<circle class="now faint" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>')
    dots = (dot.format(x=_x((across - low) / spread), y=_y((up - low) / spread)) for across, up in points)
    ticks = (short(_round(low)), short(_round((low + high) / 2)), short(_round(high)))
    return _square(_dashed(0.0, 1.0) + Markup("").join(dots), names, ticks)


def histogram(counts: Sequence[int], edges: Sequence[float], name: str) -> Markup:
    """Counts between edges as bars, with a mark at zero where it lies inside."""
    height, step, top = 110, WIDTH / len(counts), max(counts) or 1
    bar = Markup('<rect class="now" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"/>')
    drawn = [bar.format(x=at * step + 0.5, y=height - count / top * 104, w=max(step - 1, 1), h=count / top * 104)
             for at, count in enumerate(counts) if count]  # fmt: skip
    if edges[0] < 0 < edges[-1]:
        x = -edges[0] / (edges[-1] - edges[0]) * WIDTH
        drawn.append(Markup('<line class="guess" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{h}"/>').format(x=x, h=height))
    ends = _text(0, height + 14, short(_round(edges[0])), "axis") + _text(
        WIDTH, height + 14, short(_round(edges[-1])), "axis end"
    )
    return svg(height + 18, Markup("").join(drawn) + ends, name)


def bars(rows: Sequence[tuple[str, float, float, float]], name: str) -> Markup:
    """(label, value, low, high) as bars from zero with the span from low to high as a line over each."""
    least = min(0.0, *(low for _, _, low, _ in rows))
    most = max(0.0, *(high for _, _, _, high in rows))
    scale = (WIDTH - _LABEL - _VALUE) / ((most - least) or 1.0)
    zero = _LABEL - least * scale
    bar = Markup('<rect class="now" x="{x:.1f}" y="{y}" width="{w:.1f}" height="12"/>')
    span = Markup('<line class="span" x1="{a:.1f}" x2="{b:.1f}" y1="{y}" y2="{y}"/>')
    digits = _decimals(max(abs(least), most))
    drawn = []
    for place, (label, value, low, high) in enumerate(rows):
        y = place * _LINE
        start, width = zero + min(value, 0) * scale, max(abs(value) * scale, 0.8)
        drawn += [
            _label(label, y),
            bar.format(x=start, y=y + 5, w=width),
            _text(WIDTH, y + 15, f"{value:.{digits}f}", "axis end"),
        ]
        if high > low:
            drawn.append(span.format(a=_LABEL + (low - least) * scale, b=_LABEL + (high - least) * scale, y=y + 11))
    return svg(len(rows) * _LINE + 4, Markup("").join(drawn), name)


def whiskers(rows: Sequence[Mapping[str, Any]], whole: float, ends: tuple[float, float], name: str) -> Markup:
    """By `label` a dot at `score` within its `interval`, or the short `reason`; `whole` is the dashed line.

    Long labels stand above their line.
    """
    low, high = ends
    above = any(len(row["label"]) > _LONGEST for row in rows)
    left, line = (6, 2 * _LINE - 4) if above else (_LABEL, _LINE)
    scale = (WIDTH - left - _VALUE) / ((high - low) or 1.0)
    x = left + (whole - low) * scale
    drawn = [Markup('<line class="guess" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{h}"/>').format(x=x, h=len(rows) * line)]
    for place, row in enumerate(rows):
        y = place * line
        drawn.append(_text(0, y + 15, row["label"], "label above") if above else _label(row["label"], y))
        drawn += _whisker(row, y + (_LINE - 4 if above else 0), left - low * scale, scale)
    return svg(len(rows) * line + 4, Markup("").join(drawn), name)


def _whisker(row: Mapping[str, Any], y: int, zero: float, scale: float) -> list[Markup]:
    if "score" not in row:
        return [_text(WIDTH, y + 15, row["reason"], "axis end")]
    first, last, at = (zero + value * scale for value in (*row["interval"], row["score"]))
    shape = Markup(
        '<line class="span" x1="{a:.1f}" x2="{b:.1f}" y1="{y}" y2="{y}"/>'
        '<circle class="now" cx="{x:.1f}" cy="{y}" r="4"/>'
    )
    score = _text(WIDTH, y + 15, f"{row['score']:.3f}", "axis end strong" if row.get("worse") else "axis end")
    return [shape.format(a=first, b=last, x=at, y=y + 11), score]


def _square(content: Markup, names: tuple[str, str], ticks: tuple[str, str, str] = ("0", "0.5", "1")) -> Markup:
    """Axes from 0 to 1 around the content; `names` are those of the axes, across and up."""
    drawn = [Markup('<rect class="frame" x="{x}" y="{y}" width="{s}" height="{s}"/>').format(x=_LEFT, y=_TOP, s=_SIDE)]
    for share, tick in zip((0.0, 0.5, 1.0), ticks, strict=True):
        drawn += [
            _text(_x(share), _TOP + _SIDE + 15, tick, "axis mid"),
            _text(_LEFT - 6, _y(share) + 4, tick, "axis end"),
        ]
    across, up = names
    drawn += [content, _text(_x(0.5), _TOP + _SIDE + 32, across, "axis mid"), _upright(up)]
    return svg(_TOP + _SIDE + 38, Markup("").join(drawn), f"{up} by {across}", width=_LEFT + _SIDE + 24)


def _dashed(start: float, end: float) -> Markup:
    return Markup('<line class="guess" x1="{a}" x2="{b}" y1="{c:.1f}" y2="{d:.1f}"/>').format(
        a=_LEFT, b=_LEFT + _SIDE, c=_y(start), d=_y(end)
    )


def _upright(name: str) -> Markup:
    y = _y(0.5)
    return Markup('<text class="axis mid" x="10" y="{y}" transform="rotate(-90 10 {y})">{t}</text>').format(y=y, t=name)


def _label(text: str, y: int) -> Markup:
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return Markup('<text class="label" x="{x}" y="{y}">{t}<title>{whole}</title></text>').format(
        x=_LABEL - 8, y=y + 15, t=shown, whole=text
    )


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="{k}" x="{x:.1f}" y="{y:.1f}">{t}</text>').format(k=kind, x=x, y=y, t=text)


def _decimals(largest: float) -> int:
    """How many decimals show three digits of the largest value."""
    return max(2 - math.floor(math.log10(largest)), 0) if largest else 0


def _round(value: float) -> float:
    """Three significant digits, as shown at an axis."""
    return float(f"{value:.3g}")


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE
