"""The whole loop with Azurite as lake and queues and PostgreSQL as state: the journal is that of the embedded loop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from azure_parts import lake_at
from command import Command
from copied_home import copied
from postgres import PostgresServer
from samples import NEW_ROWS, Samples

from local.azurite.process import Azurite
from shared.core.addresses import blob_address

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def both(
    azurite: Azurite,
    postgres: PostgresServer,
    deployed_once: Path,
    samples: Samples,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Command, Command]:
    """The same files on both: a drop that is deployed, then rows to predict. The embedded drop exists already."""
    folder = tmp_path_factory.mktemp("loops")
    copied(deployed_once, folder / "embedded")
    lake = f"{azurite.blob_endpoint}/mlops"
    embedded = Command(folder / "embedded")
    storage, state = azurite.connection_string, postgres.new()
    emulated = Command(folder / "emulated", LAKE_URL=lake, AzureWebJobsStorage=storage, DATABASE_URL=state)
    drop = ("drop", "bank_marketing", samples.labelled("bank_marketing")["clients"], "--drop", "first", "--wait")
    answer = emulated(*drop, "--json")
    assert answer.json.get("outcome") == "deployed", answer
    new = samples.new("bank_marketing")
    for mlops in (embedded, emulated):
        answer = mlops("predict", "bank_marketing", new, "--drop", "second", "--wait", "--json")
        assert [window["rows"] for window in answer.json["windows"]] == [NEW_ROWS]
    return embedded, emulated


def journal(mlops: Command) -> list[tuple[str, str, str]]:
    """The journal: kind, state and reason, without times, file versions and digests.

    Without marks of the queue: whether the event or the sweep saw a file first is a matter of moments.
    """
    entries = mlops("history", "--limit", "1000", "--json").json
    told = [one for one in entries if one["state"] != "queued"]
    return sorted((one["kind"], one["state"], _steady(f"{one['key']}: {one['reason']}")) for one in told)


def _steady(text: str) -> str:
    text = re.sub(r'@"?0x[0-9A-Fa-f]+"?', "@etag", text)
    text = re.sub(r"\d{8}T\d{6}(?:\d+)?Z?", "time", text)
    return re.sub(r"\b[0-9a-f]{8,64}\b", "digest", text)


def test_both_loops_have_the_same_journal(both: tuple[Command, Command]) -> None:
    """Kinds, keys, states and reasons are equal, one by one."""
    embedded, emulated = both
    assert journal(emulated) == journal(embedded)


def test_both_loops_predict_the_same(both: tuple[Command, Command]) -> None:
    """Equal rows in SQL, to the last probability."""
    query = "select entity_key, prediction, probability from predictions_bank_marketing order by 1"
    embedded, emulated = both
    engine = sa.create_engine(emulated.settings["DATABASE_URL"])
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
    engine.dispose()
    assert sorted(rows) == sorted(embedded.sql(query))
    assert len(embedded.sql(query)) == NEW_ROWS


def test_nothing_of_lake_and_state_is_on_this_disk(both: tuple[Command, Command], azurite: Azurite) -> None:
    """The blobs are in the container, in the same layout; which timers have rested is a matter of moments."""
    embedded, emulated = both
    assert not [name for name in ("lake", "mlops.db") if (emulated.home / name).exists()]
    there = {
        _steady(blob.path) for blob in lake_at(blob_address("LAKE_URL", f"{azurite.blob_endpoint}/mlops")).list("")
    }
    on_disk = embedded.home / "lake"
    here = {_steady(path.relative_to(on_disk).as_posix()) for path in on_disk.rglob("*") if path.is_file()}
    told = {name for name in here if not name.startswith((".", "idle/"))}
    assert {name for name in there if not name.startswith("idle/")} == told
