"""The host's database: a file that cannot be used is said in words, whatever is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.host.database import HostDatabase
from shared.core.errors import Corrupt, Transient


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    """Not as a driver's error."""
    (tmp_path / "host.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(Corrupt, match=r"host\.db is damaged .*move it"):
        HostDatabase(tmp_path / "host.db")


def test_a_file_that_cannot_be_opened_is_a_passing_fault(tmp_path: Path) -> None:
    """A folder in its place stands for a disk that gives nothing."""
    (tmp_path / "host.db").mkdir()
    with pytest.raises(Transient, match="cannot be"):
        HostDatabase(tmp_path / "host.db")


_FULL, _NORMAL = 2, 1


def _waits_for_the_disk(database: HostDatabase) -> int:
    ((level,),) = database.rows("PRAGMA synchronous")
    return int(level)


def _stop_half_way(database: HostDatabase) -> None:
    with database.repeatable():
        assert _waits_for_the_disk(database) == _NORMAL
        database.run("INSERT INTO seen (path, etag) VALUES ('a', '1')")
        raise KeyError


def test_only_what_may_happen_again_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """Also after a fault; inside of a transaction that waits it is part of it."""
    database = HostDatabase(tmp_path / "host.db")
    with pytest.raises(KeyError):
        _stop_half_way(database)
    assert (_waits_for_the_disk(database), database.rows("SELECT path FROM seen")) == (_FULL, [])
    with database.transaction(), database.repeatable():
        assert _waits_for_the_disk(database) == _FULL
    with database.repeatable():
        database.run("INSERT INTO seen (path, etag) VALUES ('b', '1')")
    assert (_waits_for_the_disk(database), database.rows("SELECT path FROM seen")) == (_FULL, [("b",)])
    database.close()
