"""Clients of the Open Inference Protocol: tritonclient and KServe's, which send binary tensors by default."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from api_host import Api, serving

from functions.names import SCORE

KSERVE = Path(__file__).resolve().parents[2] / "build" / "clients" / "kserve"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A host with small models."""
    with serving(tmp_path_factory.mktemp("triton")) as running:
        yield running


@pytest.mark.parametrize("binary", [True, False])
def test_triton_asks_a_model_as_its_pages_show(api: Api, binary: bool) -> None:  # noqa: FBT001 -- a case
    """Metadata, readiness and predictions; the same answers with bytes and with JSON."""
    triton: Any = pytest.importorskip(
        "tritonclient.http", reason="tritonclient is not installed: pip install -r tests/clients/requirements.txt"
    )
    headers = {"x-functions-key": api.keys.newest_for_scope(SCORE)}
    client = triton.InferenceServerClient(f"{api.url.removeprefix('http://')}")
    try:
        assert client.is_model_ready("points", headers=headers)
        assert client.get_model_metadata("points", headers=headers)["name"] == "points"
        x, color = np.array([[0.4], [-0.7]], np.float64), np.array([["red"], ["blue"]], object)
        inputs = [triton.InferInput("x", [2, 1], "FP64"), triton.InferInput("color", [2, 1], "BYTES")]
        for one, values in zip(inputs, (x, color), strict=True):
            one.set_data_from_numpy(values, binary_data=binary)
        outputs = [triton.InferRequestedOutput("probabilities", binary_data=binary)]
        for wanted in (outputs, None):
            found = client.infer("points", inputs, outputs=wanted, headers=headers)
            shares = found.as_numpy("probabilities")
            assert shares.shape == (2, 2)
            assert shares.sum(axis=1).round(5).tolist() == [1.0, 1.0]
        assert len(found.as_numpy("prediction")) == 2
    finally:
        client.close()


@pytest.mark.skipif(not (KSERVE / ".installed").is_file(), reason="KServe's client is not installed: make clients")
def test_kserve_asks_a_model_as_its_pages_show(api: Api) -> None:
    """Probes, readiness and predictions; the same answers with bytes and with JSON."""
    line = [KSERVE / "bin" / "python", Path(__file__).with_name("ask_kserve.py"), api.url]
    done = subprocess.run(
        [*line, api.keys.newest_for_scope(SCORE)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    live, ready, loaded, packed, plain = json.loads(done.stdout.splitlines()[-1])
    assert (live, ready, loaded) == (True, True, True)
    assert packed == plain
    assert packed["prediction"] == ["yes", "no"]
