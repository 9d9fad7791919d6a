"""Names of a scenario and its table."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.core.errors import BadInput

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# Delta tables lie beside the parts of the scenario's tables.
_TAKEN = frozenset({"actuals", "labelled", "predictions"})


def check_name(name: str, known: Iterable[str], folder: Path) -> Path:
    """The file that the scenario's module becomes; BadInput for a name that is taken, or none of Python's."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise BadInput(
            f"{name!r} cannot name a scenario and its module; accepted: letters, digits and '_', a letter first, "
            f"at most 64, such as {suggested(name)!r}."
        )
    # Tables of databases and files of some systems are one where names differ in case alone.
    taken = {one.casefold(): one for one in known}.get(name.casefold())
    if taken is not None:
        raise BadInput(
            f"There is a scenario {taken!r} already; accepted: another name than {', '.join(sorted(known))}."
        )
    file = folder / f"{name}.py"
    if file.exists():
        raise BadInput(f"There is a file {file} already; accepted: another name.")
    return file


def suggested(name: str) -> str:
    """A name that would be accepted and looks like the given one."""
    words = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    plain = words if re.match(r"[a-z]", words) else f"my_{words}".rstrip("_")
    return f"{plain}_scenario"[:64] if keyword.iskeyword(plain) else plain[:64]


def table_name(files: Sequence[Path]) -> str:
    """The table's name: that of the only file, so that a later file of this name belongs to it."""
    if len(files) > 1:
        return "rows"
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", files[0].name.split(".", 1)[0]).strip("_").casefold()
    return plain if re.match(r"[a-z]", plain) and plain not in _TAKEN else "rows"
