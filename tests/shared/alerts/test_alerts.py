"""Alerts: which events tell somebody, in exactly which shape, and to whom."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.alerts.alert import RULES, Alert, alert_of
from shared.alerts.formats import FORMATS, mail
from shared.alerts.targets import Target, parse_targets
from shared.core.errors import Misconfigured
from shared.core.notice import Notice

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CANARY = "s3cr3t-canary"


def notice(kind: str = "Mlops.DatasetQuarantined", **data: Any) -> Notice:
    """An event of ours."""
    told = {
        "scenario": "bank_marketing",
        "drop": "d1",
        "code": "unit",
        "reason": "Column age is text in row 7.",
        **data,
    }
    return Notice("n1", kind, "/mlops", "quarantine/bank_marketing/d1", AT, told)


def alert(**data: Any) -> Alert:
    """Its alert."""
    found = alert_of(notice(**data))
    assert found is not None
    return found


@pytest.mark.parametrize("form", [*FORMATS, "mail"])
def test_each_format_is_exactly_this(form: str) -> None:
    """Receivers read these shapes; a change of them is a change of a file here."""
    hostile = alert(drop="<b>*x*</b> [a](http://evil)&\n|`_", code="Ärger")
    made = asdict(mail(hostile)) if form == "mail" else FORMATS[form](hostile)
    assert made == json.loads((GOLDEN / f"alert_{form}.json").read_text())


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_makes_a_whole_alert(kind: str) -> None:
    """With the sentence of the event and the command that tells more; what it does not say reads as ?."""
    found = alert_of(notice(kind, model="bank_marketing:3", queue="data-events"))
    assert found is not None
    assert found.text == "Column age is text in row 7."
    assert "?" not in found.title
    assert found.look == "mlops history --why bank_marketing/d1"
    bare = alert_of(Notice("n", kind, "/mlops", "a/b", AT, {}))
    assert bare is not None
    assert bare.text == "a/b"


@pytest.mark.parametrize("kind", ["Mlops.DatasetRegistered", "Mlops.PredictionsWritten", "Mlops.ModelDeployed", ""])
def test_what_goes_well_alerts_nobody(kind: str) -> None:
    """Only what a person should act on or know."""
    assert alert_of(notice(kind)) is None


def test_long_and_odd_facts_are_one_short_line() -> None:
    """Control characters are spaces; the end of what is too long is left out; a nested name is no format."""
    found = alert(drop="a\x00b\r\nc" + "x" * 9000, reason="{0} {scenario.__class__} %s")
    assert all("\n" not in value and len(value) <= 500 for _, value in found.facts)
    assert found.text == "{0} {scenario.__class__} %s"


def test_receivers_are_read_in_order() -> None:
    """Names say format and place; a URL is in no representation."""
    text = f"teams=https://h.example/a?sig={CANARY}  slack=https://hooks.slack.com/{CANARY}\ncloudevent=http://127.0.0.1:9/x"
    found = parse_targets(text)
    assert [target.name for target in found] == ["teams-1", "slack-2", "cloudevent-3"]
    assert CANARY not in repr(found)
    assert parse_targets("") == ()
    assert isinstance(found[0], Target)


@pytest.mark.parametrize(
    "entry",
    [
        f"https://h/{CANARY}",
        f"mail=https://h/{CANARY}",
        f"teams=http://h.example/{CANARY}",
        f"teams=http://127.0.0.1.evil.example/{CANARY}",
        f"teams=https://user:{CANARY}@h/x",
        f"teams=https:///{CANARY}",
        f"teams=ftp://127.0.0.1/{CANARY}",
        f"teams=https://h:x/{CANARY}",
        f"teams=https://h\\@evil/{CANARY}",
        f"teams=https://hä/{CANARY}",
        f"teams=https://h/x#{CANARY}",
        f"teams={CANARY}",
    ],
)
def test_a_receiver_that_is_none_is_refused_without_telling_it(entry: str) -> None:
    """The sentence names the setting and the place, never the URL."""
    with pytest.raises(Misconfigured, match="Setting ALERT_WEBHOOKS has an entry 2") as told:
        parse_targets(f"slack=https://hooks.slack.com/x {entry}")
    assert CANARY not in told.value.reason
