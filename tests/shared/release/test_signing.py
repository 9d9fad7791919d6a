"""Signed certificates: made when one is issued, asked for before a version is approved, promoted or deployed."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from ports_with import ports_with
from releases import asking_world, drop, go_on, waiting
from world import World

from shared.adapters.files.key_file import KeyFileSigner, new_key
from shared.core.errors import BadInput, Corrupt, Missing, Refused, Transient
from shared.release.approvals import decide
from shared.release.gate.certificate import certify, sign_by_hand
from shared.release.manual_changes import promote
from shared.release.rollback.execution import roll_back
from shared.release.signing.certificates import signature_path, signature_state
from shared.release.status import release_status
from shared.release.verdict import Verdict
from shared.training.model import Model
from shared.training.stored_models import find_model


@pytest.fixture
def key(tmp_path: Path) -> str:
    """The setting of a key on this machine."""
    new_key(tmp_path / "key.pem")
    return f"file:{tmp_path / 'key.pem'}"


@pytest.fixture
def world(tmp_path: Path, key: str) -> World:
    """A world that signs, whose prod asks for approval; version 1 waits there."""
    made = asking_world(tmp_path / "home", SIGNING_KEY_URL=key)
    assert drop(made, "d1").outcome == "waiting"
    return made


def certified(world: World, version: int = 1) -> tuple[Model, Verdict, Path]:
    """The version, its certificate, and the file of its signature."""
    model = find_model(world.ports, "points", version)
    verdict = world.ports.release.deployments.verdict(model)
    assert verdict is not None
    return model, verdict, world.home / "lake" / signature_path(model, verdict)


def unsigned(file: Path) -> None:
    """Remove it."""
    file.unlink()


def altered(file: Path) -> None:
    """Change one letter of the signature."""
    content = json.loads(file.read_text())
    text = content["signature"]
    file.write_text(json.dumps({**content, "signature": ("B" if text[0] == "A" else "A") + text[1:]}))


def foreign(file: Path) -> None:
    """Signed by another key, which says that it is this one."""
    content = json.loads(file.read_text())
    other = file.with_suffix(".pem")
    new_key(other)
    message = f"certificate of a gate\n{content['certificate']}\n".encode()
    file.write_text(json.dumps({**content, **KeyFileSigner(other).sign(message).as_json(), "key": content["key"]}))


def garbled(file: Path) -> None:
    """No signature at all."""
    file.write_text('{"signature": 5}')


def test_a_certificate_is_signed_when_it_is_issued(world: World) -> None:
    """Beside it in the lake; the release goes on as without a key."""
    model, verdict, file = certified(world)
    assert json.loads(file.read_text()).keys() == {"schema", "model", "certificate", "key", "algorithm", "signature"}
    assert signature_state(world.ports, model, verdict) == "valid"
    assert release_status(world.ports, "points", 1)["signature"] == "valid"
    decide(world.ports, waiting(world).id, "approve", by="ada", reason="")
    assert go_on(world, 1) == "done"


HARMS = {unsigned: "is not signed", altered: "is not one of", foreign: "is not one of", garbled: "is not one of"}


def test_without_its_signature_nobody_can_release_it(world: World) -> None:
    """No approval, no promotion, no deployment after an approval: each is refused in one sentence."""
    model, _, file = certified(world)
    request, before = waiting(world), file.read_bytes()
    for harm, words in HARMS.items():
        harm(file)
        for act in (
            lambda: decide(world.ports, request.id, "approve", by="ada", reason=""),
            lambda: promote(world.ports, model, by="ada", reason="now"),
        ):
            with pytest.raises(Refused, match=rf"points:1 may not serve.*{words}"):
                act()
        file.write_bytes(before)
    decide(world.ports, request.id, "approve", by="ada", reason="")
    unsigned(file)
    assert go_on(world, 1) == "refused"
    assert "points:1 may not serve" in release_status(world.ports, "points", 1)["reason"]
    assert world.ports.release.deployments.current("points") is None
    sign_by_hand(world.ports, model, by="ada", reason="it was lost")
    assert go_on(world, 1) == "done"


def test_who_writes_lake_and_database_cannot_forge_a_pass(world: World) -> None:
    """A refusal becomes a pass with the right digest in both places: its signature is missing, another's is wrong."""
    decide(world.ports, waiting(world).id, "approve", by="ada", reason="")
    assert go_on(world, 1) == "done"
    assert drop(world, "d2", seed=2, weight=-3.0).outcome == "refused"
    model, verdict, signed = certified(world, 2)
    passed = replace(verdict, checks=tuple(replace(check, verdict="pass") for check in verdict.checks))
    (file,) = [
        one for one in (world.home / "lake" / model.folder).glob("gate*.json") if verdict.digest in one.read_text()
    ]
    head = {"schema": 2, "digest": passed.digest, "passed": True, "verdict": "passed"}
    file.write_text(json.dumps({**head, **asdict(passed)}))
    database = sqlite3.connect(world.home / "mlops.db")
    checks = json.dumps([asdict(check) for check in passed.checks])
    with database:
        database.execute(
            "UPDATE gate_certificate SET passed = 1, checks = ?, digest = ? WHERE version = 2", (checks, passed.digest)
        )
    database.close()
    with pytest.raises(Refused, match=r"points:2 may not serve.*is not signed"):
        promote(world.ports, model, by="eve", reason="it passed")
    forged = world.home / "lake" / signature_path(model, passed)
    # Of the certificate that passed, and of the refusal itself: the key did sign both.
    for real in (certified(world, 1)[2], signed):
        forged.write_bytes(real.read_bytes())
        with pytest.raises(Refused, match=r"points:2 may not serve.*is not one of"):
            promote(world.ports, model, by="eve", reason="it passed")


def test_a_version_from_before_the_key_is_named_and_signed_by_hand(tmp_path: Path, key: str) -> None:
    """It goes on serving; to serve again it needs a person's signature, which is in its history."""
    before = World(tmp_path / "home")
    for number, weight in ((1, 0.35), (2, 3.0)):
        assert drop(before, f"d{number}", seed=number, weight=weight).outcome == "deployed"
    before.close()
    world = World(tmp_path / "home", SIGNING_KEY_URL=key)
    assert release_status(world.ports, "points", 1) | {"reason": ""} == {
        "status": "success",
        "reason": "",
        "signature": "missing",
    }
    with pytest.raises(Refused, match="mlops signing sign points:1"):
        roll_back(world.ports, "points", by="ada", reason="worse")
    model = find_model(world.ports, "points", 1)
    with pytest.raises(BadInput, match="a reason"):
        sign_by_hand(world.ports, model, by="ada", reason=" ")
    sign_by_hand(world.ports, model, by="ada", reason="it served before the key was set")
    assert "it served before" in next(
        entry.reason for entry in world.ports.core.history.why("points:1") if entry.kind == "signature"
    )
    assert roll_back(world.ports, "points", by="ada", reason="worse").version == 1


def test_a_signature_by_hand_signs_nothing_that_was_altered(world: World) -> None:
    """Nor what has no certificate, nor where no key is set."""
    model, _, _ = certified(world)
    file = world.home / "lake" / model.folder / "gate.json"
    file.write_text(file.read_text().replace('"pass"', '"skip"', 1))
    with pytest.raises(Corrupt, match="altered"):
        sign_by_hand(world.ports, model, by="ada", reason="please")
    with pytest.raises(Missing, match="no certificate"):
        sign_by_hand(world.ports, replace(model, version=9), by="ada", reason="please")
    with pytest.raises(Refused, match="SIGNING_KEY_URL names no key"):
        sign_by_hand(ports_with(world.ports, release__signer=None), model, by="ada", reason="please")


class Unwritten:
    """A lake whose process dies before the certificate is written."""

    def __init__(self, lake: object) -> None:
        self._lake = lake

    def put(self, path: str, *rest: object, **options: object) -> object:
        """Everything but a certificate."""
        if path.rpartition("/")[2].startswith("gate"):
            raise Transient("The process died.")
        return self._lake.put(path, *rest, **options)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        """As the lake."""
        return getattr(self._lake, name)


def test_a_death_between_signature_and_certificate_leaves_none_unsigned(tmp_path: Path, key: str) -> None:
    """The next attempt judges anew, and what counts in the end is signed."""
    world = World(tmp_path / "home", SIGNING_KEY_URL=key)
    whole = world.ports
    world.ports = world.trainer.ports = ports_with(whole, core__lake=Unwritten(whole.core.lake))
    with pytest.raises(Transient):
        drop(world, "d1")
    world.ports = world.trainer.ports = whole
    (model,) = whole.training.registry.list()
    verdict = certify(whole, model)
    assert signature_state(whole, model, verdict) == "valid"


def test_without_a_key_nothing_is_signed_or_asked_for(tmp_path: Path) -> None:
    """As before there were signatures."""
    world = World(tmp_path)
    assert drop(world, "d1").outcome == "deployed"
    model, verdict, file = certified(world)
    assert not file.parent.exists()
    assert signature_state(world.ports, model, verdict) == "off"
    assert release_status(world.ports, "points", 1)["signature"] == "off"
