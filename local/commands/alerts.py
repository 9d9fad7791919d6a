"""Alerts: what is owed to whom, and a test that says it is one."""

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
    show_only: Annotated[bool, typer.Option("--dry-run", help="Only print every format, send nothing.")] = False,
    json: Json = False,
) -> None:
    """Send an alert that says it is a test to every receiver, now and once."""
    ports = Session().ports
    alert = sample_alert(ports)
    if show_only:
        _print_formats(alert)
        return
    if not ports.alerts.notifier.targets:
        accepted = f"{' | '.join(FORMATS)}=https://host/path, several separated by spaces"
        raise Misconfigured(SETTING, "names no receiver", accepted)
    told = [_sent(ports, alert, target) for target in ports.alerts.notifier.targets]
    if json:
        as_json(told)
    for one in [] if json else told:
        out.print(f"{one['target']}: {one['state']} {one['reason']}".rstrip(), markup=False, soft_wrap=True)
    raise typer.Exit(_FAILED if any(one["state"] != "sent" for one in told) else 0)


def _sent(ports: Ports, alert: Alert, target: str) -> dict[str, Any]:
    try:
        ports.alerts.notifier.notify(target, alert)
    except Fault as fault:
        return {"target": target, "state": "failed", "reason": fault.reason}
    return {"target": target, "state": "sent", "reason": ""}


def _print_formats(alert: Alert) -> None:
    as_json({**{name: make(alert) for name, make in FORMATS.items()}, "mail": mail(alert)})


def list_alerts(json: Json = False) -> None:
    """Deliveries, newest first."""
    owed = Session().ports.alerts.deliveries.list()
    rows = [(one.alert.time, one.alert.title, one.target, one.state, one.attempts, one.reason) for one in owed]
    columns = ("time", "alert", "target", "state", "attempts", "reason")
    show(json_output=json, value=owed, title="Alerts", columns=columns, rows=rows)
