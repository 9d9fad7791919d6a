"""Files and folders that a command writes: nothing that is there is replaced."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shared.core.errors import BadInput


def check_new_files(files: Iterable[Path], option: str) -> None:
    """BadInput for a file that is there already, a folder, or a file in no folder; `option` named it."""
    for file in files:
        check_no_folder(file, option)
        if file.exists():
            raise BadInput(f"There is a file {file} already; accepted: {option} with another name.")
        if not file.parent.is_dir():
            raise BadInput(f"There is no folder {file.parent}; accepted: {option} with a folder that is there.")


def check_no_folder(file: Path, option: str) -> None:
    """BadInput for a folder where a file is to be written."""
    if file.is_dir():
        raise BadInput(f"{file} is a folder; accepted: {option} with the name of a new file.")


def check_folder(folder: Path, option: str) -> None:
    """BadInput for a path that is, or lies below, a file; a folder that is not there is accepted."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir():
        raise BadInput(f"{there} is a file; accepted: {option} with a folder, which is made if it is not there.")
