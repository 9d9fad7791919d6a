"""What every place of Delta logs promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from azure_parts import FakeCredential, fresh_place

from shared.adapters.delta.log import DeltaLakeLog
from shared.adapters.delta.place import Place, container_place, folder_place
from shared.core.addresses import EMULATOR_ACCOUNT, blob_address
from shared.core.errors import Conflict, Transient
from shared.prediction.delta_table import DataFile, DeltaTable
from shared.prediction.ports import DeltaLog
from shared.serving.prediction_rows import PredictionColumn

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLE = DeltaTable(
    "tables/s/predictions/",
    (PredictionColumn("prediction_id", "int"), PredictionColumn("age", "int", "age"), PredictionColumn("at", "time")),
)
Together = Callable[[list[Callable[[], object]]], list[object]]


def _identity(request: pytest.FixtureRequest) -> Place:
    """A token over HTTPS; the certificate of the test is its own."""
    credential = FakeCredential()
    address = fresh_place(request.getfixturevalue("trusted"), credential)
    place = container_place(address, lambda: str(credential.get_token("https://storage.azure.com/.default").token))
    told = {"allow_invalid_certificates": "true", "azure_storage_use_emulator": "true"}
    endpoint = address.endpoint.removesuffix(f"/{EMULATOR_ACCOUNT}")
    request.getfixturevalue("monkeypatch").setenv("AZURITE_BLOB_STORAGE_URL", endpoint)
    return Place(place.root, lambda: {**place.options(), **told, "azure_storage_account_name": EMULATOR_ACCOUNT})


PLACES: dict[str, Callable[[pytest.FixtureRequest], Place]] = {
    "folder": lambda request: folder_place(str(request.getfixturevalue("tmp_path") / "lake")),
    "azurite": lambda request: container_place(
        fresh_place(request.getfixturevalue("azurite").blob_endpoint), lambda: "no token is asked for"
    ),
    "azurite-identity": _identity,
}


@pytest.fixture(params=PLACES)
def delta(request: pytest.FixtureRequest) -> DeltaLog:
    """The logs of an empty lake of each kind."""
    return DeltaLakeLog(PLACES[request.param](request))


def files(window: str, *names: str) -> list[DataFile]:
    """Files of a window; a log asks for none of them."""
    return [DataFile(f"{TABLE.folder(window)}{name}.parquet", 10, 3, AT, {"at": AT}) for name in names]


class TestDelta:
    """Port `DeltaLog`."""

    def test_a_table_is_made_by_its_first_files(self, delta: DeltaLog) -> None:
        """Before, there is none; then it names the files by their path in the lake."""
        assert delta.files(TABLE) == {}
        assert delta.replace(TABLE, "w", files("w", "a", "b"), "w@1")
        assert delta.files(TABLE) == {
            "w": {"tables/s/predictions/base_window=w/a.parquet", "tables/s/predictions/base_window=w/b.parquet"}
        }

    def test_a_repeat_changes_nothing(self, delta: DeltaLog) -> None:
        """Whoever says the same again hears that it is so."""
        assert delta.replace(TABLE, "w", files("w", "a"), "w@1")
        assert not delta.replace(TABLE, "w", files("w", "a"), "w@1")

    def test_a_partition_is_replaced_and_others_stay(self, delta: DeltaLog) -> None:
        """Files that stay are not touched, others go and come in the same commit."""
        delta.replace(TABLE, "v", files("v", "a"), "v@1")
        delta.replace(TABLE, "w", files("w", "a", "b"), "w@1")
        assert delta.replace(TABLE, "w", files("w", "b", "c"), "w@2")
        named = {value: {Path(path).stem for path in paths} for value, paths in delta.files(TABLE).items()}
        assert named == {"v": {"a"}, "w": {"b", "c"}}

    def test_partitions_are_taken_out(self, delta: DeltaLog) -> None:
        """Of those that are there; what is not there is nothing to take out."""
        assert not delta.remove(TABLE, ["w"], "without w")
        for window in ("u", "v", "w"):
            delta.replace(TABLE, window, files(window, "a"), f"{window}@1")
        assert delta.remove(TABLE, ["u", "w", "x"], "without u, w")
        assert set(delta.files(TABLE)) == {"v"}
        assert not delta.remove(TABLE, ["u"], "without u")

    def test_a_value_may_have_any_character(self, delta: DeltaLog) -> None:
        """It stands escaped in the path, and as it is in the log."""
        value = "day=1/ä 'b%20.r2"
        delta.replace(TABLE, value, files(value, "a"), "w@1")
        folder = "tables/s/predictions/base_window=day%3D1%2F%C3%A4%20%27b%2520.r2/"
        assert delta.files(TABLE) == {value: {f"{folder}a.parquet"}}
        assert not delta.replace(TABLE, value, files(value, "a"), "w@1")
        assert delta.replace(TABLE, value, files(value, "b"), "w@2")
        assert delta.files(TABLE) == {value: {f"{folder}b.parquet"}}

    def test_a_column_comes_later(self, delta: DeltaLog) -> None:
        """It is added to the table; one of another kind is refused by its name."""
        delta.replace(TABLE, "v", files("v", "a"), "v@1")
        wider = replace(TABLE, columns=(*TABLE.columns, PredictionColumn("job", "text", "job")))
        assert delta.replace(wider, "w", files("w", "a"), "w@1")
        other = replace(TABLE, columns=(PredictionColumn("age", "text", "age"),))
        with pytest.raises(Conflict, match="holds long in column age, now string is declared"):
            delta.replace(other, "x", files("x", "a"), "x@1")
        assert set(delta.files(wider)) == {"v", "w"}

    def test_writers_of_different_windows_all_come_through(self, delta: DeltaLog, together: Together) -> None:
        """Also those that meet where there is no table yet: whoever was slower reads again."""
        windows = [f"w{number}" for number in range(4)]
        calls = [partial(delta.replace, TABLE, window, files(window, "a"), f"{window}@1") for window in windows]
        assert together(list(calls)) == [True] * 4
        assert set(delta.files(TABLE)) == set(windows)

    def test_of_two_writers_of_a_window_the_second_reads_again(self, delta: DeltaLog, together: Together) -> None:
        """The same version is written once; of two versions one replaces the other, and none stands beside it."""
        same = [partial(delta.replace, TABLE, "w", files("w", "a"), "w@1")] * 3
        assert sorted(map(bool, together(list(same)))) == [False, False, True]
        both = [partial(delta.replace, TABLE, "w", files("w", name), f"w@{name}") for name in "bc"]
        assert together(list(both)) == [True, True]
        ((path,),) = delta.files(TABLE).values()
        assert Path(path).stem in {"b", "c"}


def test_a_place_that_does_not_answer_is_named() -> None:
    """One sentence without colours, the same each time, and it may be tried again."""
    place = container_place(blob_address("LAKE_URL", "http://127.0.0.1:9/devstoreaccount1/mlops"), str)
    quick = Place(place.root, lambda: {**place.options(), "max_retries": "0", "retry_timeout": "1s"})
    told = []
    for _ in range(2):
        with pytest.raises(
            Transient, match=r"^The Delta log of tables/s/predictions/ did not answer: [^\x1b]+$"
        ) as caught:
            DeltaLakeLog(quick).files(TABLE)
        told.append(caught.value.reason)
    assert told[0] == told[1]


def test_a_damaged_log_says_what_to_do(tmp_path: Path) -> None:
    """In one sentence, without the stack of the library."""
    delta = DeltaLakeLog(folder_place(str(tmp_path)))
    delta.replace(TABLE, "w", files("w", "a"), "w@1")
    newest = max((tmp_path / TABLE.log).glob("*.json"))
    newest.write_text("garbage\n")
    with pytest.raises(Transient, match=r"did not answer: .*delete tables/s/predictions/_delta_log/ and run") as caught:
        DeltaLakeLog(folder_place(str(tmp_path))).files(TABLE)
    assert "pthread" not in caught.value.reason
    assert "unknown" not in caught.value.reason


def test_every_fiftieth_commit_writes_a_checkpoint(tmp_path: Path) -> None:
    """So that opening a table reads few commits, however many there were; nothing is lost by it."""
    delta = DeltaLakeLog(folder_place(str(tmp_path)))
    windows = [f"w{number:02}" for number in range(51)]
    for window in windows:
        delta.replace(TABLE, window, files(window, "a"), f"{window}@1")
    logs = sorted(file.name for file in (tmp_path / TABLE.log).glob("*.checkpoint.parquet"))
    assert logs == ["00000000000000000049.checkpoint.parquet"]
    assert set(delta.files(TABLE)) == set(windows)
