"""Posts to four newsgroups: everyday English around words of the group's subject.

Two groups share a part of their subject, so an accuracy of about 0.9 can be learned.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from model_training.text.names import LABELS
from shared.core.scenario import GeneratorOptions

# The share of test rows.
TEST_SHARE = 0.2
# The share of subject words in a text, and the share of those that belong to another group.
_SUBJECT, _ASTRAY = 0.1, 0.3
_SHORTEST, _LONGEST = 25, 90


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_EVERYDAY = _words("""
    the of and to in that is was for it with as his on be at by had not are but from or have an they which one you
    were her all she there would their we him been has when who will more no if out so said what up its about into
    than them can only other new some could time these two may then do first any my now such like our over man me
    even most made after also did many before must through back years where much your way well down should because
    each just those people how too little state good very make world still own see men work long get here between
    both life being under never day same another know while last might us great old year off come since against go
    came right used take three
""")
_BELIEF = _words("belief faith god argument truth moral evidence claim reason bible")
_SUBJECTS = (
    _words("""
    atheist atheism agnostic skeptic islam fallacy logic secular deity existence dogma premise rational absolute
    objective universe proof assertion humanism religion
    """)
    + _BELIEF,
    _words("""
    image graphics file format pixel colour polygon render software screen program algorithm vector shading animation
    driver window display viewer memory texture mouse printer bitmap code library surface compression graphic card
    """),
    _words("""
    orbit space shuttle launch moon rocket satellite mission lunar solar spacecraft station planet astronaut telescope
    gravity payload engine propulsion probe comet flight booster atmosphere earth capsule crew fuel comsat thrust
    """),
    _words("""
    christian jesus church scripture prophet salvation sin priest gospel heaven resurrection commandment baptism
    worship prayer cult messiah biblical disciple sabbath
    """)
    + _BELIEF,
)
# Later subjects of the groups: words that no earlier model has seen.
_LATER = (
    _words("podcast streamer forum influencer thread blogger secularist debunker moderator livestream"),
    _words("shader raytracing gpu webcam hologram headset upscaling codec drone raster"),
    _words("exoplanet cubesat rover crewed reusable starship constellation helicopter lander asteroid"),
    _words("megachurch livestreamed devotional televangelist congregant youth hymnbook retreat mentor outreach"),
)
_GERMAN = "Dieser Beitrag wurde nicht auf Englisch geschrieben, sondern in einer anderen Sprache."


def generate(rows: int, seed: int, options: GeneratorOptions) -> dict[str, pa.Table]:
    """`rows` labelled posts, the last fifth as `raw_test`, the others as `raw_train`; equal arguments, equal tables.

    `drift` 1 replaces every subject word by a new one, 0.5 every second one. `bad_rows` are
    the first ones of `raw_train`: no text, an unknown class, a text in German, in turns. `label_delay` has no
    effect: the class stands in the row.
    """
    random = np.random.default_rng(seed)
    classes = random.integers(0, len(_SUBJECTS), rows)
    texts: list[str | None] = [_post(random, label, min(options.drift, 1.0)) for label in classes.tolist()]
    targets = classes.tolist()
    for row in range(min(options.bad_rows, rows)):
        _spoil(row, texts, targets)
    table = pa.table({"text": pa.array(texts, pa.string()), "target": pa.array(targets, pa.int64())})
    table = table.append_column("id", pa.array(range(1, rows + 1), pa.int64()))
    names = [LABELS[target] if target < len(LABELS) else None for target in targets]
    table = table.append_column("category", pa.array(names, pa.string()))
    cut = rows - round(rows * TEST_SHARE)
    return {"raw_train": table.slice(0, cut), "raw_test": table.slice(cut)}


def _post(random: np.random.Generator, label: int, drift: float) -> str:
    """One text: sentences with capital letters and full stops, and numbers here and there."""
    length = int(random.integers(_SHORTEST, _LONGEST))
    words = random.choice(_EVERYDAY, length).tolist()
    for place in np.flatnonzero(random.random(length) < _SUBJECT).tolist():
        subject = label if random.random() >= _ASTRAY else int(random.integers(0, len(_SUBJECTS)))
        known = _LATER if random.random() < drift else _SUBJECTS
        words[place] = str(random.choice(known[subject]))
    return " ".join(_sentences(random, words))


def _sentences(random: np.random.Generator, words: list[str]) -> list[str]:
    sentences = []
    while words:
        length = int(random.integers(5, 15))
        first, words = words[:length], words[length:]
        number = f" {random.integers(2, 2_000)}" if random.random() < 0.2 else ""  # noqa: PLR2004 - every fifth
        sentences.append(f"{' '.join(first).capitalize()}{number}.")
    return sentences


def _spoil(row: int, texts: list[str | None], targets: list[int]) -> None:
    fault = row % 3
    if fault == 1:
        targets[row] = len(_SUBJECTS)
    else:
        texts[row] = None if fault == 0 else _GERMAN
