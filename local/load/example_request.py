"""A ready request for the deployed model, made from one of its golden rows."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.openapi.scoring import Described, example
from local.console.session import PORT, Session
from local.host.running import running_host
from local.load.http_load import check_url
from shared.core.errors import Missing
from shared.core.lake_reading import read_json


@dataclass(frozen=True, slots=True)
class Request:
    """The URL of a deployment, and a body that it accepts."""

    model: str
    generation: int
    url: str
    body: Mapping[str, Any]


def request_for(session: Session, name: str, url: str | None) -> Request:
    """The request; BadInput for a URL that is none, Missing when nothing is deployed or the model has no golden row."""
    scenario = session.scenario(name)
    deployment = session.ports.release.deployments.current(name)
    if deployment is None:
        raise Missing(f"No model is deployed for {name}; drop labelled files first.")
    model = session.ports.training.registry.find(deployment.model, deployment.version)
    rows = read_json(session.ports, f"{model.folder}manifest.json").get("golden", {}).get("rows") if model else None
    if not rows:
        raise Missing(f"{deployment.model_id} has no golden row to make a request from.")
    body = example(Described(scenario, (), rows[0]))
    return Request(deployment.model_id, deployment.generation, f"{_base(session, url)}/api/score/{name}", body)


def _base(session: Session, url: str | None) -> str:
    if url:
        check_url(url)
        return url.rstrip("/")
    host = running_host(session.settings.home)
    return f"http://127.0.0.1:{host.port if host and host.port else PORT}"


def as_curl(request: Request) -> str:
    """The request for a shell; the key comes from the environment."""
    body = shlex.quote(json.dumps(request.body))
    return (
        f"curl -s -X POST {shlex.quote(request.url)} \\\n"
        f'  -H "x-functions-key: $KEY" -H "content-type: application/json" \\\n'
        f"  -d {body}"
    )


def as_python(request: Request) -> str:
    """The request for Python without any package; the key comes from the environment."""
    body = json.dumps(request.body, indent=2)
    return (
        "import json, os, urllib.request\n\n"
        f"body = json.loads('''{_escaped(body)}''')\n"
        f"request = urllib.request.Request(\n"
        f"    {request.url!r},\n"
        f"    data=json.dumps(body).encode(),\n"
        f'    headers={{"x-functions-key": os.environ["KEY"], "content-type": "application/json"}},\n'
        f")\n"
        f"with urllib.request.urlopen(request, timeout=30) as answer:\n"
        f'    print(answer.headers["x-model"], json.load(answer))\n'
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'''", "\\'\\'\\'")
