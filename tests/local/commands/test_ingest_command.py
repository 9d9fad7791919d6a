"""`mlops telemetry ingest`: objects are taken as they are; no message, no file and no stream is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

from command import Command


def test_messages_are_taken_as_they_are_and_others_refused(tmp_path: Path) -> None:
    """A value of another kind and an unknown member are the cluster's to keep; lines that are no objects are not."""
    mlops, file = Command(tmp_path / "home"), tmp_path / "messages.jsonl"
    file.write_text('{"S1": "hot", "other": [1]}\n\n{"S1": 2}\n')
    assert mlops("telemetry", "ingest", "iiot_quality", file, "--json").json["messages"] == 2
    table = tmp_path / "home" / "data_explorer" / "opcua_raw.jsonl"
    assert [json.loads(line)[1] for line in table.read_text().splitlines()] == [{"S1": "hot", "other": [1]}, {"S1": 2}]
    file.write_text('{"S1": 2}\n[1]\n')
    wrong = [
        (("iiot_quality", file), "Line 2 is not a JSON object"),
        (("iiot_quality", tmp_path / "none.jsonl"), "There is no file"),
        (("bank_marketing", file), "scores drops, not telemetry"),
    ]
    for words, sentence in wrong:
        answer = mlops("telemetry", "ingest", *words)
        assert (answer.code, sentence in answer.sentence) == (2, True), answer.err
    rows = tmp_path / "rows.csv"
    rows.write_text("a,b\n1,2\n")
    refused = mlops("telemetry", "ingest", "iiot_quality", rows)
    assert (refused.code, "column 'BatchNumber'" in refused.sentence) == (3, True)
    assert len(table.read_text().splitlines()) == 2
