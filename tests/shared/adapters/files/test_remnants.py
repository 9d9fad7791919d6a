"""What a home keeps beside lake and database loses a person, too."""

from __future__ import annotations

from pathlib import Path

from shared.adapters.files.remnants import HomeRemnants


def test_texts_are_overwritten_where_they_stand(tmp_path: Path) -> None:
    """As they are and as JSON writes them; the file keeps its length, for whoever appends to it."""
    log = tmp_path / "logs" / "records.jsonl"
    log.parent.mkdir()
    log.write_text('{"reason": "Ada was here, Ada and L\\u00f6"}\n')
    size = log.stat().st_size
    with log.open("a") as appending:
        assert HomeRemnants(tmp_path).overwrite(["Ada", "Lö"]) == 3
        appending.write("more\n")
    assert log.read_text() == '{"reason": "--- was here, --- and -------"}\nmore\n'
    assert log.stat().st_size == size + 5
    assert HomeRemnants(tmp_path / "elsewhere").overwrite(["Ada"]) == 0


def test_working_folders_of_runs_are_removed(tmp_path: Path) -> None:
    """The files of the steps go; which attempts there were stays known."""
    for run in ("one", "two"):
        (tmp_path / "runs" / run / "prepare").mkdir(parents=True)
        (tmp_path / "runs" / run / "attempt-1.json").write_text("{}")
    remnants = HomeRemnants(tmp_path)
    assert [remnants.remove_runs(["one", "three"]) for _ in range(2)] == [1, 0]
    left = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file() or file.name == "prepare"}
    assert left == {"runs/one/attempt-1.json", "runs/two/attempt-1.json", "runs/two/prepare"}
