"""local.settings.json and host.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.host.host_options import QueueOptions, read_options
from local.host.local_settings import read_environment
from shared.core.errors import Fault
from shared.core.timers.time_span import parse_span

PROJECT = Path(__file__).resolve().parents[3]


def _settings(folder: Path, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "local.settings.json").write_text(text, encoding="utf-8")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """As with the Functions tools; a byte order mark does no harm."""
    _settings(tmp_path, "\ufeff" + json.dumps({"IsEncrypted": False, "Values": {"A": "file", "B": "file"}}))
    assert read_environment(tmp_path, {"B": "env", "C": "env"}) == {"A": "file", "B": "env", "C": "env"}


def test_a_fresh_clone_runs_with_the_sample(tmp_path: Path) -> None:
    """Without its storage emulator, until there is a local.settings.json, which then counts alone."""
    storage = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
    sample = json.dumps({"Values": {"A": "sample", **storage}})
    (tmp_path / "local.settings.sample.json").write_text(sample, encoding="utf-8")
    assert read_environment(tmp_path, {}) == {"A": "sample"}
    _settings(tmp_path, {"Values": {"B": "file", **storage}})
    assert read_environment(tmp_path, {}) == {"B": "file", **storage}


def test_no_file_at_all_is_fine(tmp_path: Path) -> None:
    """The environment alone."""
    assert read_environment(tmp_path, {"A": "1"}) == {"A": "1"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{\n  "Values": {,}}', "local.settings.json is not JSON: .* at line 2, column 14"),
        ("[]", "holds no JSON object"),
        ({"IsEncrypted": True}, "IsEncrypted is true .* `func settings decrypt`"),
        ({"Values": []}, "has a Values that is no object"),
        ({"Values": {"MAX_FILE_MB": 5}}, 'MAX_FILE_MB in local.settings.json is 5, not a text; accepted: "5"'),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: object, told: str) -> None:
    """What is wrong, where, and what would be accepted."""
    _settings(tmp_path, content)
    with pytest.raises(Fault, match=told):
        read_environment(tmp_path, {})


def test_the_project_s_host_json_is_understood() -> None:
    """Queues wait between attempts: a timeout of 0 would be a hot retry loop."""
    options = read_options(PROJECT)
    assert options.queues == QueueOptions(4, 2, 5, visibility_timeout=45.0, max_polling_interval=5.0)
    assert (options.function_timeout, options.route_prefix) == (540.0, "api")
    assert (options.max_concurrent_requests, options.max_outstanding_requests) == (32, 100)


def test_what_host_json_leaves_out_has_the_platform_s_default(tmp_path: Path) -> None:
    """Batch 16, half of it as threshold, 5 attempts, no wait, 30 minutes."""
    assert read_options(tmp_path).queues == QueueOptions(16, 8, 5, 0.0, 60.0)
    assert read_options(tmp_path).function_timeout == 1800.0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "version in host.json is None"),
        ({"version": "2.0", "extensions": []}, "extensions in host.json is no object"),
        ({"version": "2.0", "functionTimeout": "9 minutes"}, "functionTimeout in host.json is '9 minutes'"),
        ({"version": "2.0", "extensions": {"queues": {"batchSize": 33}}}, "batchSize .* from 1 to 32"),
        ({"version": "2.0", "extensions": {"queues": {"batchSize": True}}}, "batchSize in host.json is True"),
        ({"version": "2.0", "extensions": {"http": {"routePrefix": 1}}}, "routePrefix in host.json is no text"),
    ],
)
def test_an_option_that_cannot_be_is_refused(tmp_path: Path, content: object, told: str) -> None:
    """Named, with what would be accepted."""
    (tmp_path / "host.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(Fault, match=told):
        read_options(tmp_path)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:05", 5),
        ("1.02:03:04", 93784),
        ("00:00:00.25", 0.25),
        ("24:00:00", None),
        ("5", None),
        ("0 * * * * *", None),
        ("00:60:00", None),
    ],
)
def test_time_spans_are_read_as_dotnet_does(text: str, seconds: float | None) -> None:
    """Hours end at 23; days come before a dot."""
    assert parse_span(text) == seconds
