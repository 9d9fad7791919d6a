"""Alerts: list deliveries, and send a test."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.console.options import Json
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.alerts.alert import Alert
from shared.alerts.delivery import sample_alert
from shared.alerts.formats import FORMATS, mail
from shared.alerts.targets import SETTING
from shared.core.errors import Fault, Misconfigured
from shared.ports import Ports

_FAILED = 4


def send_test(
    show_only: Annotated[bool, typer.Option("--dry-run", help="Print every format and send nothing.")] = False,
    json: Json = False,
) -> None:
    """Send a test alert to every receiver, once."""
    ports = Session().ports
    alert = sample_alert(ports)
    if show_only:
        _print_formats(alert)
        return
    if not ports.alerts.notifier.targets:
        accepted = f"{' | '.join(FORMATS)}=https://host/path, several separated by spaces"
        raise Misconfigured(SETTING, "names no receiver", accepted)
    results = [_send(ports, alert, target) for target in ports.alerts.notifier.targets]
    if json:
        as_json(results)
    for result in [] if json else results:
        out.print(f"{result['target']}: {result['state']} {result['reason']}".rstrip(), markup=False, soft_wrap=True)
    raise typer.Exit(_FAILED if any(result["state"] != "sent" for result in results) else 0)


def _send(ports: Ports, alert: Alert, target: str) -> dict[str, Any]:
    try:
        ports.alerts.notifier.notify(target, alert)
    except Fault as fault:
        return {"target": target, "state": "failed", "reason": fault.reason}
    return {"target": target, "state": "sent", "reason": ""}


def _print_formats(alert: Alert) -> None:
    as_json({**{name: make(alert) for name, make in FORMATS.items()}, "mail": mail(alert)})


def list_alerts(json: Json = False) -> None:
    """List alert deliveries, newest first."""
    deliveries = Session().ports.alerts.deliveries.list()
    rows = [
        (delivery.alert.time, delivery.alert.title, delivery.target, delivery.state, delivery.attempts, delivery.reason)
        for delivery in deliveries
    ]
    columns = ("time", "alert", "target", "state", "attempts", "reason")
    show(json_output=json, value=deliveries, title="Alerts", columns=columns, rows=rows)
