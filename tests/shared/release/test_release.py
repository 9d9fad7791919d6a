"""From a registered version to production: certificate, pre-prod, approval, and what stops it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from ports_with import ports_with
from releases import asking_world, drop, go_on, waiting
from world import World, points_csv

from shared import dispatch
from shared.core.errors import Conflict, Corrupt, Refused, Transient
from shared.core.events import ModelRegistered
from shared.core.messages import model_message
from shared.core.paths import Landing
from shared.core.scenario import History
from shared.operations.status import drop_outcome, status
from shared.operations.views.files import card
from shared.operations.views.overview import overview
from shared.operations.views.query import ViewQuery
from shared.operations.views.releases import releases
from shared.release.approvals import decide
from shared.release.manual_changes import override, promote
from shared.release.model_release import deploy
from shared.release.rollback.execution import roll_back
from shared.release.status import release_status
from shared.training.stored_models import find_model


def test_a_version_waits_in_preprod_for_a_person(tmp_path: Path) -> None:
    """Deployed and checked there, asked for once, announced; nothing serves in prod before somebody approves."""
    world = asking_world(tmp_path)
    outcome = drop(world, "d1")
    assert outcome.outcome == "waiting"
    request = waiting(world)
    assert request.id in outcome.reason
    assert world.ports.release.deployments.current("points") is None
    preprod = world.ports.release.deployments.current("points", "preprod")
    assert preprod is not None
    assert (preprod.generation, preprod.version) == (1, 1)
    assert release_status(world.ports, "points", 1)["status"] == "pending"
    decided = decide(world.ports, request.id, "approve", by="ada", reason="looks right")
    assert not decided.repeated
    assert go_on(world, 1) == "done"
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert "Approved by ada" in current.reason
    assert release_status(world.ports, "points", 1)["status"] == "success"
    assert [one.state for one in world.ports.release.approvals.list()] == ["used"]
    told = [entry.reason for entry in world.ports.core.history.why("points:1") if entry.kind == "release"]
    assert any("smoke and integration checks passed in preprod" in reason for reason in told)


def test_an_approval_that_is_not_asked_for_says_so(world: World) -> None:
    """A laptop deploys without a person; the generation's reason tells that a setting did that."""
    drop(world, "d1")
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert "Approval is not required by setting." in current.reason


def test_a_request_is_announced_once(tmp_path: Path) -> None:
    """As Mlops.ApprovalRequested, through the outbox, however often the release is looked at."""
    world = asking_world(tmp_path)
    drop(world, "d1")
    go_on(world, 1)
    world.sweep()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'mlops.db'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select data from outbox where type = 'Mlops.ApprovalRequested'")).all()
    engine.dispose()
    assert len(rows) == 1
    assert json.loads(rows[0][0])["id"] == waiting(world).id


def test_checks_of_an_environment_are_junit(tmp_path: Path) -> None:
    """Beside the model, as a release pipeline reads them: no failure, one case for each check."""
    world = asking_world(tmp_path)
    drop(world, "d1")
    suite = ET.fromstring((tmp_path / "lake/models/points/1/tests-preprod.xml").read_bytes())  # noqa: S314 -- our own
    assert (suite.get("failures"), suite.get("tests")) == ("0", str(len(suite)))
    assert {case.get("name") for case in suite} >= {"serves", "golden rows", "refuses an unknown field"}


def test_a_rejected_version_is_refused(asked: World) -> None:
    """With who and why; the next event does not ask again."""
    decide(asked.ports, waiting(asked).id, "reject", by="ada", reason="not on a Friday")
    assert go_on(asked, 1) == "refused"
    assert "not on a Friday" in release_status(asked.ports, "points", 1)["reason"]
    asked.sweep()
    assert len(asked.ports.release.approvals.list()) == 1
    assert asked.ports.release.deployments.current("points") is None


def test_time_refuses(tmp_path: Path) -> None:
    """A request nobody answered ends with the sweep after its hour."""
    world = asking_world(tmp_path, APPROVAL_HOURS="1")
    drop(world, "d1")
    world.clock.advance(minutes=59)
    world.sweep()
    assert waiting(world)
    world.clock.advance(minutes=2)
    world.sweep()
    assert [one.state for one in world.ports.release.approvals.list()] == ["expired"]
    assert release_status(world.ports, "points", 1)["status"] == "failed"


def test_a_decision_whose_message_was_lost_is_found_by_the_sweep(asked: World) -> None:
    """Approved, then nothing: the sweep goes on with the release."""
    decide(asked.ports, waiting(asked).id, "approve", by="ada", reason="")
    asked.sweep()
    assert asked.ports.release.deployments.current("points") is not None


def test_a_rolled_back_version_needs_a_new_approval(tmp_path: Path) -> None:
    """An approval is used once: neither an event nor the old request brings the version back."""
    world = asking_world(tmp_path, 0.02)
    for number, weight in ((1, 0.02), (2, 3.0)):
        drop(world, f"d{number}", seed=number, weight=weight)
        decide(world.ports, waiting(world).id, "approve", by="ada", reason="")
        assert go_on(world, number) == "done"
    roll_back(world.ports, "points", by="ada", reason="no")
    go_on(world, 2)
    world.sweep()
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert (current.generation, current.version) == (3, 1)
    with pytest.raises(Refused, match="requires approval"):
        promote(world.ports, find_model(world.ports, "points", 2), by="eve", reason="please")
    request = waiting(world)
    assert request.requested_by == "eve"
    decide(world.ports, request.id, "approve", by="ada", reason="well")
    assert go_on(world, 2) == "done"
    again = world.ports.release.deployments.current("points")
    assert again is not None
    assert (again.generation, again.version) == (4, 2)


def test_an_override_needs_another_person(tmp_path: Path) -> None:
    """A refused version serves by a reason and two people only, and history keeps both."""
    world = asking_world(tmp_path, -3.0)
    assert drop(world, "d1").outcome == "refused"
    request = override(
        world.ports, find_model(world.ports, "points", 1), by="eve", reason="The labels are upside down."
    )
    with pytest.raises(Refused, match="requester cannot approve"):
        decide(world.ports, request, "approve", by="Eve ", reason="mine")
    assert world.ports.release.deployments.current("points") is None
    decide(world.ports, request, "approve", by="ada", reason="I saw them")
    assert go_on(world, 1) == "done"
    kinds = {entry.kind for entry in world.ports.core.history.why("points:1")}
    assert {"override", "approval", "release"} <= kinds


def test_an_override_needs_approval_where_nothing_else_does(tmp_path: Path) -> None:
    """Also on a laptop, where approvals are off."""
    world = asking_world(tmp_path, -3.0, APPROVALS="none")
    drop(world, "d1")
    override(world.ports, find_model(world.ports, "points", 1), by="eve", reason="Trust me.")
    go_on(world, 1)
    assert release_status(world.ports, "points", 1)["status"] == "pending"
    assert world.ports.release.deployments.current("points") is None


@pytest.mark.parametrize("where", ["lake", "sql"])
def test_an_altered_certificate_deploys_nothing(tmp_path: Path, where: str) -> None:
    """A verdict that was turned from fail to pass, in either place, is found by its digest."""
    world = asking_world(tmp_path, -3.0, APPROVALS="none")
    drop(world, "d1")
    if where == "lake":
        path = tmp_path / "lake/models/points/1/gate.json"
        path.write_text(path.read_text().replace('"fail"', '"pass"'))
    else:
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'mlops.db'}")
        with engine.begin() as connection:
            change = "update gate_certificate set checks = replace(checks, '\"fail\"', '\"pass\"'), passed = 1"
            assert connection.execute(sa.text(change)).rowcount == 1
        engine.dispose()
    with pytest.raises(Corrupt, match=r"certificate|gate\.json"):
        promote(world.ports, find_model(world.ports, "points", 1), by="eve", reason="please")
    assert world.ports.release.deployments.current("points") is None


@pytest.mark.fault(64)
def test_a_worse_model_is_refused_with_the_interval(world: World) -> None:
    """The sentence names both scores and the interval of their difference; the champion stays."""
    drop(world, "d1", weight=3.0)
    outcome = drop(world, "d2", seed=5, weight=-0.05)
    assert outcome.outcome == "refused"
    assert "Worse by more than the margin of 0.01" in outcome.reason
    assert "99.6 %: -" in outcome.reason


def test_an_inverted_comparison_would_be_seen(world: World) -> None:
    """The better of two comes in, whichever was first: with the sign turned round both halves fail."""
    assert drop(world, "d1", weight=0.02).outcome == "deployed"
    assert drop(world, "d2", seed=5, weight=3.0).outcome == "deployed"
    assert drop(world, "d3", seed=6, weight=0.02).outcome == "refused"
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert current.version == 2


@pytest.mark.fault(66)
def test_every_check_says_what_it_saw(world: World) -> None:
    """Value, threshold, verdict and a sentence for each; nothing is left out silently."""
    drop(world, "d1")
    content = json.loads((world.home / "lake/models/points/1/gate.json").read_text())
    names = [check["name"] for check in content["checks"]]
    assert names == [
        "structure", "finite answers", "varied answers", "row latency", "load time", "size", "loads", "contract",
        "golden rows", "parity", "data", "bar", "useful", "champion", "reference", "slices", "chain",
    ]  # fmt: skip
    assert all(check["reason"] for check in content["checks"])
    assert content["passed"] is True
    assert {check["verdict"] for check in content["checks"]} == {"pass", "skip"}


def test_an_approval_does_not_outlive_its_champion(tmp_path: Path) -> None:
    """Certified against version 1 and waiting; another version serves meanwhile: judged again, asked again."""
    world = asking_world(tmp_path, 0.02)
    drop(world, "d1")
    decide(world.ports, waiting(world).id, "approve", by="ada", reason="")
    assert go_on(world, 1) == "done"
    drop(world, "d2", seed=2, weight=0.3)
    early = waiting(world)
    drop(world, "d3", seed=3, weight=3.0)
    late = next(one for one in world.ports.release.approvals.list() if one.state == "open" and one.version == 3)
    decide(world.ports, late.id, "approve", by="ada", reason="")
    assert go_on(world, 3) == "done"
    with pytest.raises(Conflict, match="judged against generation 1, which is no longer current"):
        decide(world.ports, early.id, "approve", by="ada", reason="")
    world.sweep()
    found = world.ports.release.approvals.find(early.id)
    assert found is not None
    assert found.state == "expired"
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert (current.generation, current.version) == (2, 3)


def test_what_was_certified_against_one_champion_is_not_promoted_over_another(world: World) -> None:
    """The certificate is made anew: against version 3, version 2 is worse and stays out."""
    drop(world, "d1", seed=1, weight=0.02)
    drop(world, "d2", seed=2, weight=0.06)
    drop(world, "d3", seed=3, weight=3.0)
    first = world.ports.release.deployments.verdict(find_model(world.ports, "points", 2))
    assert first is not None
    assert (first.generation, first.passed) == (1, True)
    with pytest.raises(Refused, match=r"may not serve: it is refused\. Worse by more than the margin"):
        promote(world.ports, find_model(world.ports, "points", 2), by="eve", reason="it passed once")
    again = world.ports.release.deployments.verdict(find_model(world.ports, "points", 2))
    assert again is not None
    assert (again.generation, again.passed) == (3, False)
    folder = world.home / "lake/models/points/2"
    assert {file.name for file in folder.glob("gate*.json")} == {"gate.json", "gate-3.json"}


def replaced_by_every_drop(world: World) -> None:
    """Every drop is the whole dataset: a small one has few rows."""
    points = replace(world.ports.core.scenarios["points"], history=History("replace"))
    world.ports = ports_with(world.ports, core__scenarios={**world.ports.core.scenarios, "points": points})
    world.trainer.ports = world.ports


def test_too_few_rows_leave_the_champion_and_say_so_everywhere(world: World) -> None:
    """Forty judging rows decide nothing: no deployment, and verdict, history, registry and status call it undecided."""
    replaced_by_every_drop(world)
    drop(world, "d1", weight=0.02)
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(40, seed=5)))
    outcome = drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios["points"], "d2", ""))
    assert outcome is not None
    assert outcome.outcome == "undecided"
    assert "points:2 is undecided, the champion stays: Too little to tell: 40 independent rows" in outcome.reason
    assert outcome.gate is not None
    assert (outcome.gate["passed"], outcome.gate["verdict"]) == (False, "undecided")
    assert world.ports.training.registry.list("points")[-1].state == "undecided"
    assert [one.version for one in world.ports.release.deployments.list("points")] == [1]
    challenger = status(world.ports)["scenarios"]["points"]["challenger"]
    assert (challenger["model"], challenger["verdict"]) == ("points:2", "undecided")
    assert (challenger["rows"], challenger["look"], challenger["looks_spent"]) == (40, 0, 0)
    override(world.ports, find_model(world.ports, "points", 2), by="eve", reason="We cannot wait.")
    views = (
        overview(world.ports, ViewQuery({}))["scenarios"],
        [releases(world.ports, ViewQuery({"scenario": "points"}))],
    )
    told = [one["challenger"]["told"] for view in views for one in view if one["challenger"]]
    assert told == ["points:2 undecided, override open"] * 2
    with pytest.raises(Refused, match="it is undecided, the champion stays"):
        promote(world.ports, find_model(world.ports, "points", 2), by="eve", reason="please")


def test_an_override_is_called_one_everywhere(world: World) -> None:
    """Deployment row, history and status; nowhere does it say that the gate passed."""
    replaced_by_every_drop(world)
    drop(world, "d1", weight=0.02)
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(40, seed=5)))
    request = override(world.ports, find_model(world.ports, "points", 2), by="eve", reason="We cannot wait.")
    decide(world.ports, request, "approve", by="ada", reason="agreed")
    assert go_on(world, 2) == "done"
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert (current.version, current.override) == (2, True)
    assert current.reason.startswith("Override by eve: We cannot wait.")
    told = [
        entry.reason
        for entry in world.ports.core.history.why("points:2")
        if entry.kind in ("model", "release", "deployment") and entry.state == "done"
    ]
    assert any("serves by an override of its gate as generation 2" in reason for reason in told)
    assert not [reason for reason in told if "gate passed" in reason or "passed its gate" in reason]
    (entry,) = [one for one in world.ports.core.history.why("points/2") if one.kind == "deployment"]
    assert entry.reason.startswith("points:2 serves in prod by an override.")
    assert status(world.ports)["scenarios"]["points"]["override"] is True
    (shown,) = [one for one in overview(world.ports, ViewQuery({}))["scenarios"] if one["name"] == "points"]
    assert (shown["serving"]["override"], shown["challenger"]) == (True, None)
    world.ports.core.lake.put("models/points/2/card.html", b"<html><body><h1>Card</h1></body></html>")
    seen = card(world.ports, ViewQuery({"scenario": "points", "version": "2"}))
    assert seen.startswith('<html><body><p role="note"><b>In service by an override of its gate</b>')
    assert "Override by eve: We cannot wait." in seen


def test_an_override_of_a_version_that_served_does_not_outlive_its_champion(world: World) -> None:
    """Approved against version 1, over which version 2 came first: nothing is deployed, and no message fails."""
    for number, weight in ((1, 0.02), (2, 0.3), (3, -3.0)):
        drop(world, f"d{number}", seed=number, weight=weight)
    for version in (3, 1, 3):
        model = find_model(world.ports, "points", version)
        request = override(world.ports, model, by="eve", reason="We cannot wait.")
        decide(world.ports, request, "approve", by="ada", reason="agreed")
        if version == 3 and len(world.ports.release.deployments.list("points")) == 4:
            promote(world.ports, find_model(world.ports, "points", 2), by="eve", reason="better")
        assert go_on(world, version) == "done"
    assert [one.version for one in world.ports.release.deployments.list("points")] == [1, 2, 3, 1, 2]


class JudgedMeanwhile:
    """Approvals that are read only after another worker has released the champion and judged the version again."""

    def __init__(self, world: World) -> None:
        self._approvals, self._world, self._left = world.ports.release.approvals, world, 1

    def __getattr__(self, name: str) -> object:
        """The method of the approvals; before the first one the other worker acts."""
        if name == "list" and self._left:
            self._left = 0
            rival = ports_with(self._world.ports, release__approvals=self._approvals)
            for version in (1, 2):
                dispatch.on_event(rival, model_message("points", version))
        return getattr(self._approvals, name)


def test_a_release_that_paused_while_its_version_was_judged_again_deploys_nothing(tmp_path: Path) -> None:
    """Its approval was for the certificate of before; against the new champion the version did not pass."""
    world = asking_world(tmp_path, 3.0)
    drop(world, "d1")
    drop(world, "d2", seed=2, weight=0.02)
    for one in world.ports.release.approvals.list():
        decide(world.ports, one.id, "approve", by="ada", reason="")
    paused = ports_with(world.ports, release__approvals=JudgedMeanwhile(world))
    with pytest.raises(Transient, match="points:2 was judged again while its release was under way"):
        deploy(paused, ModelRegistered("e", "", "points", "2"))
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert (current.generation, current.version) == (1, 1)


def test_what_did_not_pass_when_it_was_judged_again_is_asked_for_no_more(tmp_path: Path) -> None:
    """Two versions wait; the first one serves, and against it the second one does not pass."""
    world = asking_world(tmp_path, 3.0)
    drop(world, "d1")
    drop(world, "d2", seed=2, weight=0.02)
    first, second = sorted(world.ports.release.approvals.list(), key=lambda one: one.version)
    decide(world.ports, first.id, "approve", by="ada", reason="")
    assert go_on(world, 1) == "done"
    assert go_on(world, 2) in {"refused", "undecided"}
    closed = world.ports.release.approvals.find(second.id)
    assert closed is not None
    assert (closed.state, closed.decided_by) == ("expired", "gate")
    assert "it did not pass" in closed.reason
