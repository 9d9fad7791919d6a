"""What every registry promises."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from contracts.hand_clock import HandClock
from contracts.stores import Stores

from shared.core.errors import BadInput, Missing
from shared.core.ports import Lake, Outbox
from shared.training.model import Artefact, Model
from shared.training.ports import Registry

ONNX = b"onnx bytes"
ARTEFACT = Artefact(
    "adult",
    "r1",
    "d1",
    ONNX,
    {"metrics": {"auc": 0.9, "rows": 10, "name": "x"}, "labels": ["0", "1"]},
    {"plots/roc.png": b"png", "holdout.parquet": b"rows"},
)


@pytest.fixture
def registry(stores: Stores, lake: Lake, clock: HandClock) -> Registry:
    """The registry on the database and the lake."""
    return stores.make("registry", lake, clock)


@pytest.fixture
def outbox(stores: Stores) -> Outbox:
    """The outbox of the same database."""
    return stores.make("outbox")


def content(lake: Lake, path: str) -> bytes:
    """A blob's bytes."""
    with lake.open(path) as source:
        return source.read()


class TestRegistry:
    """Port `Registry`."""

    def test_a_registered_model_is_found_with_its_files(self, registry: Registry, lake: Lake) -> None:
        """Row and files say the same."""
        model = registry.register(ARTEFACT)
        assert (model.id, model.run, model.dataset, model.state) == ("adult:1", "r1", "d1", "registered")
        assert model.metrics == {"auc": 0.9, "rows": 10.0}
        assert model.sha256 == hashlib.sha256(ONNX).hexdigest()
        assert content(lake, f"{model.folder}model.onnx") == ONNX
        assert json.loads(content(lake, f"{model.folder}manifest.json")) == ARTEFACT.manifest
        assert content(lake, f"{model.folder}plots/roc.png") == b"png"
        assert registry.find("adult", 1) == model

    def test_a_version_has_the_digest_of_its_refit(self, registry: Registry) -> None:
        """That of the file in the lake, beside the judged fit's; another digest names no graph of the version."""
        model = registry.register(replace(ARTEFACT, files={"refit.onnx": b"again", "refit.json": b"{}"}))
        digest = hashlib.sha256(b"again").hexdigest()
        assert registry.find("adult", 1) == model
        assert model.digests == (model.sha256, digest)
        refit = model.graph(digest)
        assert refit is not None
        assert (refit.onnx_path, refit.judged) == (f"{model.folder}refit.onnx", model)
        assert model.graph("") is model.graph("f" * 64) is None

    def test_registering_says_so_once(self, registry: Registry, outbox: Outbox) -> None:
        """As Azure ML does: type, subject and data of ModelRegistered."""
        for _ in range(3):
            registry.register(ARTEFACT)
        (notice,) = outbox.pending()
        assert notice.type == "Microsoft.MachineLearningServices.ModelRegistered"
        assert notice.subject == "models/adult:1"
        assert notice.data["modelName"] == "adult"
        assert notice.data["modelVersion"] == "1"
        assert notice.data["modelTags"]["run"] == "r1"
        assert notice.data["modelProperties"] == {}

    def test_one_version_per_run(self, registry: Registry) -> None:
        """A repeated run gets its version, whatever bytes it brings; another run gets the next."""
        first = registry.register(ARTEFACT)
        assert registry.register(replace(ARTEFACT, onnx=b"other bytes")) == first
        assert registry.register(replace(ARTEFACT, run="r2")).version == 2
        assert registry.register(replace(ARTEFACT, run="r3", scenario="bank")).version == 1
        assert [model.id for model in registry.list()] == ["adult:1", "adult:2", "bank:1"]
        assert [model.version for model in registry.list("adult")] == [1, 2]

    def test_of_many_registrations_of_a_run_one_stands(
        self, registry: Registry, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """All get the same model; different runs get different versions."""
        answers = together([lambda: registry.register(ARTEFACT)] * 6)
        assert answers == [registry.find("adult", 1)] * 6
        calls = [lambda n=n: registry.register(replace(ARTEFACT, run=f"x{n}", onnx=b"%d" % n)) for n in range(6)]
        assert sorted(answer.version for answer in together(calls)) == [2, 3, 4, 5, 6, 7]

    def test_a_judged_model_says_so(self, registry: Registry) -> None:
        """Accepted or refused, nothing else; and only what is registered."""
        model = registry.register(ARTEFACT)
        registry.judge(model, "refused")
        found = registry.find("adult", 1)
        assert found == replace(model, state="refused")
        with pytest.raises(BadInput, match="accepted, refused"):
            registry.judge(model, "reserved")
        with pytest.raises(Missing, match="adult:9"):
            registry.judge(replace(model, version=9), "accepted")

    @pytest.mark.fault(17)
    def test_what_is_not_registered_is_not_shown(self, registry: Registry) -> None:
        """No row, no error."""
        assert registry.find("adult", 1) is None
        assert registry.list() == []


class Dying:
    """A lake in front of another one, whose `put` number `last` fails (after storing, if `stored`)."""

    def __init__(self, lake: Lake, last: int, *, stored: bool) -> None:
        self._lake, self._left, self._stored = lake, last, stored
        self.open, self.stat, self.list = lake.open, lake.stat, lake.list

    def put(self, path: str, data: bytes, *, if_absent: bool = True) -> object:
        """Store, or die."""
        self._left -= 1
        if self._left == 0:
            if self._stored:
                self._lake.put(path, data, if_absent=if_absent)
            raise KeyboardInterrupt
        return self._lake.put(path, data, if_absent=if_absent)


class TestInterruptedRegistration:
    """A registration that dies at any of its writes goes on with the same version."""

    @pytest.mark.parametrize("stored", [False, True])
    @pytest.mark.parametrize("last", [1, 2, 3, 4])
    def test_it_resumes(
        self, stores: Stores, lake: Lake, clock: HandClock, outbox: Outbox, last: int, *, stored: bool
    ) -> None:
        """Nothing is visible before; afterwards row, files and notice are there once."""
        with pytest.raises(KeyboardInterrupt):
            stores.make("registry", Dying(lake, last, stored=stored), clock).register(ARTEFACT)
        registry = stores.make("registry", lake, clock)
        assert (registry.find("adult", 1), registry.list(), outbox.pending()) == (None, [], [])
        with pytest.raises(Missing):
            registry.judge(Model("adult", 1, "", "r1", "d1", {}, "", clock()), "accepted")
        model = registry.register(ARTEFACT)
        assert model.version == 1
        assert {blob.path.removeprefix(model.folder) for blob in lake.list(model.folder)} == {
            "model.onnx",
            "manifest.json",
            "plots/roc.png",
            "holdout.parquet",
        }
        assert len(outbox.pending()) == 1

    def test_another_manifest_of_the_same_model_gives_way(self, stores: Stores, lake: Lake, clock: HandClock) -> None:
        """The stored manifest counts, also for the metrics of the row."""
        with pytest.raises(KeyboardInterrupt):
            stores.make("registry", Dying(lake, 4, stored=True), clock).register(ARTEFACT)
        later = replace(ARTEFACT, manifest={"metrics": {"auc": 0.1}})
        model = stores.make("registry", lake, clock).register(later)
        assert (model.version, model.metrics["auc"]) == (1, 0.9)

    def test_other_bytes_take_the_next_version(self, stores: Stores, lake: Lake, clock: HandClock) -> None:
        """A retried training need not give the same bytes: sha256 and file still agree."""
        with pytest.raises(KeyboardInterrupt):
            stores.make("registry", Dying(lake, 3, stored=True), clock).register(ARTEFACT)
        model = stores.make("registry", lake, clock).register(replace(ARTEFACT, onnx=b"second attempt"))
        assert content(lake, f"{model.folder}model.onnx") == b"second attempt"
        assert model.sha256 == hashlib.sha256(b"second attempt").hexdigest()
        assert model.version == 2

    def test_folders_of_a_lost_database_are_stepped_over(self, registry: Registry, lake: Lake) -> None:
        """What lies there was registered once and stays as it is."""
        lake.put("models/adult/1/model.onnx", b"old one")
        lake.put("models/adult/2/model.onnx", b"old two")
        assert registry.register(ARTEFACT).version == 3
        assert content(lake, "models/adult/1/model.onnx") == b"old one"

    @pytest.mark.fault(23)
    def test_a_paused_rival_shows_nothing_of_its_own(self, stores: Stores, lake: Lake, clock: HandClock) -> None:
        """While one attempt stored its files another one with other bytes finished: the first gets that model."""
        other = replace(ARTEFACT, onnx=b"the faster one")

        class Pausing(Dying):
            def put(self, path: str, data: bytes, *, if_absent: bool = True) -> object:
                if path.endswith("manifest.json"):
                    stores.make("registry", lake, clock).register(other)
                return lake.put(path, data, if_absent=if_absent)

        slow = stores.make("registry", Pausing(lake, 0, stored=False), clock).register(ARTEFACT)
        assert content(lake, f"{slow.folder}model.onnx") == b"the faster one"
        assert stores.make("registry", lake, clock).list() == [slow]
        assert len(stores.make("outbox").pending()) == 1

    def test_a_rival_that_died_half_way_lends_no_version(self, stores: Stores, lake: Lake, clock: HandClock) -> None:
        """It took the reservation along and died: the first attempt's row never points to the rival's folder."""
        other = replace(ARTEFACT, onnx=b"the one that died")

        class Pausing(Dying):
            def put(self, path: str, data: bytes, *, if_absent: bool = True) -> object:
                if path == "models/adult/1/manifest.json":
                    with pytest.raises(KeyboardInterrupt):
                        stores.make("registry", Dying(lake, 2, stored=True), clock).register(other)
                return lake.put(path, data, if_absent=if_absent)

        model = stores.make("registry", Pausing(lake, 0, stored=False), clock).register(ARTEFACT)
        assert content(lake, f"{model.folder}model.onnx") == ONNX
        assert model.sha256 == hashlib.sha256(ONNX).hexdigest()
        assert stores.make("registry", lake, clock).list() == [model]
