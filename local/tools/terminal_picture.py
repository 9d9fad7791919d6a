"""An animated picture of a command in a terminal: the command runs, its lines and their times are drawn as one SVG.

`python -m local.tools.terminal_picture FILE.svg COMMAND…` draws what the command prints on standard error, as it comes.
The picture holds no script and loads nothing; readers who want no motion see its end.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

COLUMNS, ROWS = 104, 26
# The width of a character and the height of a row, in pixels.
CELL, ROW = 7.23, 17.0
MARGIN, TOP = 14.0, 34.0
# How long the picture plays, and how long it stays at its end, in seconds.
PLAYS, STAYS = 26.0, 6.0
COLOURS = {"✓": "#7ee787", "✗": "#ff7b72", "!": "#ffa657", "…": "#79c0ff", "→": "#a5a5a5", "·": "#a5a5a5"}
PLAIN, HEADING = "#e6edf3", "#ffffff"
_SIGN = re.compile(r"(?<= )[✓✗!…→·](?= )")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the terminal, and when it came, in seconds since the command began."""

    at: float
    text: str


def run(command: Sequence[str]) -> list[Line]:
    """What the command prints on standard error; RuntimeError when it fails."""
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        lines = [Line(time.monotonic() - began, line.rstrip()) for line in process.stderr or ()]
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {lines[-1].text if lines else ''}")
    return lines


def shortened(text: str) -> str:
    """The text in the terminal's width, with an ellipsis where something is left out."""
    return text if len(text) <= COLUMNS else f"{text[: COLUMNS - 1]}…"


def picture(title: str, lines: Sequence[Line]) -> str:
    """The SVG: the lines scroll through a terminal as they came, at a pace that fits `PLAYS` seconds."""
    shown = [Line(line.at, shortened(line.text)) for line in (Line(0.0, f"$ {title}"), *lines)]
    width, height = COLUMNS * CELL + 2 * MARGIN, ROWS * ROW + TOP + MARGIN
    body = "\n".join(_drawn(number, line.text) for number, line in enumerate(shown))
    end = -max(0, len(shown) - ROWS) * ROW
    box = f"0 0 {width:.0f} {height:.0f}"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" xml:space="preserve">
<title>{escape(title)}</title>
<desc>{escape(" / ".join(line.text.strip() for line in shown[-3:]))}</desc>
<style>
text {{ font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: {PLAIN}; white-space: pre }}
.heading {{ font-weight: bold; fill: {HEADING} }}
#lines {{ animation: play {PLAYS + STAYS:g}s step-end infinite }}
@keyframes play {{ {"".join(_frames(shown))}}}
@media (prefers-reduced-motion: reduce) {{ #lines {{ animation: none; transform: translateY({end:g}px) }} }}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g fill="#484f58"><circle cx="18" cy="15" r="5"/><circle cx="36" cy="15" r="5"/><circle cx="54" cy="15" r="5"/></g>
<clipPath id="screen"><rect x="0" y="{TOP - 4:g}" width="{width:.0f}" height="{ROWS * ROW + 6:g}"/></clipPath>
<g clip-path="url(#screen)"><g id="lines">
{body}
</g></g>
</svg>
"""


def _frames(lines: Sequence[Line]) -> Iterator[str]:
    """Where the lines stand at each moment: the newest is in the last row, so that what is still to come is below."""
    whole = lines[-1].at or 1.0
    for number, line in enumerate(lines):
        share = line.at / whole * PLAYS / (PLAYS + STAYS)
        yield f"{share:.2%} {{ transform: translateY({(ROWS - 1 - number) * ROW:g}px) }} "


def _drawn(number: int, text: str) -> str:
    heading = "" if text.startswith(" ") else ' class="heading"'
    start = f'<text x="{MARGIN:g}" y="{TOP + (number + 0.75) * ROW:g}"{heading}>'
    sign = _SIGN.search(text)
    if sign is None:
        return f"{start}{escape(text)}</text>"
    coloured = f'<tspan fill="{COLOURS[sign.group()]}">{sign.group()}</tspan>'
    return f"{start}{escape(text[: sign.start()])}{coloured}{escape(text[sign.end() :])}</text>"


def main(file: Path, command: Sequence[str]) -> None:
    """Run the command and draw it."""
    name = " ".join(("mlops", *command[1:])) if Path(command[0]).name == "mlops" else " ".join(command)
    file.write_text(picture(name, run(command)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
