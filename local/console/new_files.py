"""Files and folders that a command writes at a place that the user names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shared.core.errors import BadInput


def check_new_files(files: Iterable[Path], option: str, otherwise: str = "") -> None:
    """BadInput for a file that is there already, a folder, or a file in no folder.

    `option` named it; `otherwise` is what else than another name is accepted.
    """
    for file in files:
        if will_replace(file, option):
            raise BadInput(f"There is a file {file} already; accepted: {option} with another name{otherwise}.")


def will_replace(file: Path, option: str) -> bool:
    """Whether a file is there that the new one replaces; BadInput for a folder, or a file in no folder."""
    check_no_folder(file, option)
    if not file.parent.is_dir():
        raise BadInput(f"There is no folder {file.parent}; accepted: {option} with a folder that is there.")
    return file.exists()


def will_replace_below(file: Path, option: str) -> bool:
    """As `will_replace`, where a folder that is not there is made."""
    check_no_folder(file, option)
    check_folder(file.parent, option)
    return file.exists()


def replaced(old: bool) -> str:  # noqa: FBT001 -- the answer of `will_replace`
    """The end of a sentence about a file: whether it replaced one."""
    return ", in place of the file that was there" if old else ""


def check_no_folder(file: Path, option: str) -> None:
    """BadInput for a folder where a file is to be written."""
    if file.is_dir():
        raise BadInput(f"{file} is a folder; accepted: {option} with the name of a file.")


def check_folder(folder: Path, option: str) -> None:
    """BadInput for a path that is, or lies below, a file; a folder that is not there is accepted."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir():
        raise BadInput(f"{there} is a file; accepted: {option} with a folder, which is made if it is not there.")
