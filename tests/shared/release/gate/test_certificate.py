"""The certificate in the lake: what the gate did not write there is not believed, also where SQL knows of none."""

from __future__ import annotations

import json
import sqlite3

import pytest
from releases import drop
from world import World

from shared.core.errors import Corrupt
from shared.release.gate.certificate import certify


@pytest.mark.fault(73)
def test_a_forged_certificate_is_not_adopted(world: World) -> None:
    """A worker died between lake and SQL, and somebody turned the refusal in the lake into a pass."""
    assert drop(world, "d1", weight=-3.0).outcome == "refused"
    (model,) = world.ports.training.registry.list()
    database = sqlite3.connect(world.home / "mlops.db")
    with database:
        database.execute("DELETE FROM gate_certificate")
    database.close()
    file = world.home / "lake" / model.folder / "gate.json"
    content = json.loads(file.read_text())
    for check in content["checks"]:
        check["verdict"] = "pass"
    file.write_text(json.dumps(content))
    with pytest.raises(Corrupt, match="was altered"):
        certify(world.ports, model)
    assert world.ports.release.deployments.verdict(model) is None
