"""`mlops signing`: a key for this machine, how the certificates of versions stand, and a signature by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from local.commands.inspect import model_ref
from local.console.new_files import check_folder, check_no_folder
from local.console.options import ACCOUNT, By, Json
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.bootstrap.key_files import make_key_file
from shared.release.gate.certificate import sign_by_hand
from shared.release.signing.certificates import signature_state
from shared.settings import SIGNING
from shared.training.stored_models import find_model

KeyPath = Annotated[Path | None, typer.Argument(help="The file; without it, signing-key.pem in the home folder.")]
ModelName = Annotated[str, typer.Argument(help="name:version")]
Why = Annotated[str, typer.Option("--reason", help="Why the certificate is signed as it stands.")]
Named = Annotated[str | None, typer.Argument(help="Only this scenario.")]


def new_key(file: KeyPath = None, json: Json = False) -> None:
    """Make a key that signs certificates in a file that only you may read; a file that is there is left alone."""
    path = (file or Session().settings.home / "signing-key.pem").absolute()
    check_no_folder(path, "FILE")
    check_folder(path.parent, "FILE")
    made = {"key": make_key_file(path), "setting": f"{SIGNING}=file:{path}"}
    if json:
        as_json(made)
        return
    out.print(f"Key {made['key']} is made. Keep the file, and set {made['setting']}", soft_wrap=True, markup=False)


def list_signatures(scenario: Named = None, json: Json = False) -> None:
    """List the certificate of every version and its signature: valid, missing, wrong, or off where no key is set."""
    session = Session()
    name, ports = session.named(scenario), session.ports
    found = [(model, ports.release.deployments.verdict(model)) for model in ports.training.registry.list(name)]
    rows = [
        (model.id, verdict.state, verdict.digest, str(signature_state(ports, model, verdict)))
        for model, verdict in found
        if verdict is not None
    ]
    columns = ("model", "verdict", "certificate", "signature")
    value = [dict(zip(columns, row, strict=True)) for row in rows]
    shown = [(model, verdict, digest[:12], state) for model, verdict, digest, state in rows]
    show(json_output=json, value=value, title="Certificates", columns=columns, rows=shown)


def sign(model: ModelName, reason: Why, by: By = ACCOUNT, json: Json = False) -> None:
    """Sign the certificate of a version as it stands: one from before a key was set, or from another key."""
    session = Session()
    ref = model_ref(model)
    session.scenario(ref.name)
    registered = find_model(session.ports, ref.name, ref.version)
    verdict = sign_by_hand(session.ports, registered, by=by, reason=reason)
    if json:
        as_json({"model": registered.id, "certificate": verdict.digest, "by": by, "reason": reason})
        return
    out.print(f"The certificate {verdict.digest[:12]} of {registered.id} is signed.", markup=False)
