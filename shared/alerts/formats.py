"""An alert in the format of each receiver. Names from outside stay plain text: no format reads markup in them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.alerts.alert import Alert

_COLOURS = {"info": "Accent", "warning": "Warning", "error": "Attention"}
_SIGNS = {"info": "•", "warning": "⚠", "error": "✖"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
# Slack refuses a header of more than 150 characters and a section of more than ten fields.
_HEADER, _FIELDS = 150, 10


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its subject, its plain text, and the same text as HTML."""

    subject: str
    text: str
    html: str


def cloud_event(alert: Alert) -> Mapping[str, Any]:
    """CloudEvents 1.0, type `Mlops.Alert`; its data names the event that caused the alert."""
    return {
        "specversion": "1.0",
        "id": f"alert-{alert.id}",
        "source": "/mlops/alerts",
        "type": "Mlops.Alert",
        "subject": alert.subject,
        "time": _time(alert),
        "datacontenttype": "application/json",
        "data": {
            "event": alert.kind,
            "severity": alert.severity,
            "title": alert.title,
            "text": alert.text,
            "facts": dict(alert.facts),
            "look": alert.look,
        },
    }


def teams(alert: Alert) -> Mapping[str, Any]:
    """An Adaptive Card in a message, as a Teams workflow "when a webhook request is received" posts it."""
    colour = _COLOURS[alert.severity]
    facts = [{"title": name, "value": _escaped(value)} for name, value in (*alert.facts, ("look", alert.look))]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [
            {"type": "RichTextBlock", "inlines": [_run(f"{_SIGNS[alert.severity]} {alert.title}", colour, "Large")]},
            {"type": "RichTextBlock", "inlines": [_run(alert.text, "Default", "Default")]},
            {"type": "FactSet", "facts": facts},
            {"type": "TextBlock", "text": f"{alert.kind} {_time(alert)}", "isSubtle": True, "size": "Small"},
        ],
    }
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def _run(text: str, colour: str, size: str) -> Mapping[str, Any]:
    """Text that is never read as Markdown."""
    return {"type": "TextRun", "text": text, "color": colour, "size": size}


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def slack(alert: Alert) -> Mapping[str, Any]:
    """Blocks of plain text, and the line that Slack shows in a notification."""
    title = f"{_SIGNS[alert.severity]} {alert.title}"
    fields = [_plain(f"{name}: {value}") for name, value in alert.facts[:_FIELDS]]
    blocks: list[Mapping[str, Any]] = [
        {"type": "header", "text": _plain(title[:_HEADER])},
        {"type": "section", "text": _plain(alert.text)},
        *([{"type": "section", "fields": fields}] if fields else []),
        {"type": "context", "elements": [_plain(f"{alert.kind} {_time(alert)}"), _plain(alert.look)]},
    ]
    line = f"{title}: {alert.text}".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": line, "blocks": blocks}


def _plain(text: str) -> Mapping[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def mail(alert: Alert) -> Mail:
    """The alert as a mail; the caller sends it."""
    rows = (*alert.facts, ("event", alert.kind), ("time", _time(alert)), ("look", alert.look))
    text = "\n".join([alert.title, "", alert.text, "", *(f"{name}: {value}" for name, value in rows)]) + "\n"
    cells = "".join(f"<tr><th align=left>{html.escape(n)}</th><td>{html.escape(v)}</td></tr>" for n, v in rows)
    body = f"<h2>{html.escape(alert.title)}</h2><p>{html.escape(alert.text)}</p><table>{cells}</table>"
    return Mail(f"[mlops {alert.severity}] {alert.title}", text, f"<!doctype html><meta charset=utf-8>{body}")


def _time(alert: Alert) -> str:
    return alert.time.isoformat().replace("+00:00", "Z")


# The formats that the setting ALERT_WEBHOOKS accepts before a URL.
FORMATS: Mapping[str, Callable[[Alert], Mapping[str, Any]]] = {
    "cloudevent": cloud_event,
    "slack": slack,
    "teams": teams,
}
