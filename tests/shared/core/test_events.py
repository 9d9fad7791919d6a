"""Event payloads, recorded and made up, become our values or say why not."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import BadInput
from shared.core.events import BlobArrived, Ignored, ModelRegistered, RunEnded, parse, parse_message, without_addresses

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "events"
EXPECTED = {
    "aml_DatasetDriftDetected": Ignored,
    "aml_ModelDeployed": Ignored,
    "aml_ModelRegistered": ModelRegistered,
    "aml_RunCompleted": RunEnded,
    "aml_RunStatusChanged_Failed_pipeline": RunEnded,
    "aml_RunStatusChanged_Running": Ignored,
    "eventgrid_SubscriptionValidation": Ignored,
    "eventgrid_dead_letter": BlobArrived,
    "storage_BlobCreated_PutBlob_zero_length": BlobArrived,
    "storage_BlobCreated_PutBlockList": BlobArrived,
    "storage_BlobCreated_adls_CreateFile": Ignored,
    "storage_BlobCreated_adls_FlushWithClose": BlobArrived,
    "storage_BlobDeleted": Ignored,
    "storage_BlobRenamed_adls": BlobArrived,
    "storage_DirectoryCreated_adls": Ignored,
}


def samples() -> list[Path]:
    """The recorded payloads that lie beside the project, if they do."""
    names = (
        "*.eventgrid.json",
        "*.cloudevents.json",
        "eventgrid_SubscriptionValidation.json",
        "eventgrid_dead_letter.json",
    )
    return sorted(path for name in names for path in SAMPLES.glob(name))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded event payloads do not lie beside the project")
@pytest.mark.fault(7)
def test_every_recorded_payload_is_read_as_expected() -> None:
    """Each sample becomes a value, or is ignored with a reason, whichever schema and spelling it has."""
    seen = set()
    for path in samples():
        kind = path.name.split(".")[0].removesuffix("_docs_pascalcase")
        seen.add(kind)
        for raw in json.loads(path.read_text()):
            event = parse(raw)
            assert isinstance(event, EXPECTED[kind]), path.name
            if isinstance(event, Ignored):
                assert event.reason
    assert seen == set(EXPECTED)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded event payloads do not lie beside the project")
@pytest.mark.fault(8)
def test_both_schemas_of_a_sample_give_the_same_value() -> None:
    """Nothing depends on the schema an event comes in."""
    pairs = [path for path in samples() if path.name.endswith(".cloudevents.json")]
    assert pairs
    for path in pairs:
        other = path.with_name(path.name.replace("cloudevents", "eventgrid"))
        one, two = (json.loads(file.read_text())[0] for file in (path, other))
        assert parse(one) == parse(two)


def blob(**data: object) -> dict[str, object]:
    """A BlobCreated CloudEvent."""
    subject = "/blobServices/default/containers/mlops/blobs/incoming/s/d/t.csv"
    kind = "Microsoft.Storage.BlobCreated"
    return {"specversion": "1.0", "id": "1", "type": kind, "source": "/s", "subject": subject, "data": data}


def test_quotes_around_an_etag_do_not_matter() -> None:
    """Event Grid quotes ETags in some events and not in others."""
    quoted = parse(blob(api="PutBlob", eTag='"0x1"', contentLength=3))
    assert quoted == parse(blob(api="PutBlob", eTag="0x1", contentLength=3))
    assert isinstance(quoted, BlobArrived)
    assert (quoted.container, quoted.path, quoted.etag, quoted.size) == ("mlops", "incoming/s/d/t.csv", "0x1", 3)


@pytest.mark.parametrize("api", ["PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose", "SftpCommit"])
@pytest.mark.fault(12)
def test_operations_that_complete_a_blob_are_acted_on(api: str) -> None:
    """Sizes are only a hint: SftpCommit and zero-byte blobs are read from storage."""
    assert isinstance(parse(blob(api=api, eTag="0x1", contentLength=0)), BlobArrived)


@pytest.mark.parametrize("api", ["CreateFile", "AppendFile", "", "SetBlobProperties"])
@pytest.mark.fault(5)
def test_other_operations_are_ignored_with_a_reason(api: str) -> None:
    """A Data Lake upload starts with CreateFile; acting on it would read an empty file."""
    event = parse(blob(api=api, eTag="0x1", contentLength=0))
    assert isinstance(event, Ignored)
    assert "complete" in event.reason


@pytest.mark.fault(76)
def test_the_url_of_an_event_is_never_used() -> None:
    """Container and path come from the subject."""
    event = parse(blob(api="PutBlob", eTag="0x1", contentLength=1, url="https://evil.example/other/x.csv"))
    assert isinstance(event, BlobArrived)
    assert event.path == "incoming/s/d/t.csv"


@pytest.mark.fault(8)
def test_base64_data_is_read() -> None:
    """CloudEvents may carry their data in base64."""
    raw = blob()
    data = raw.pop("data")
    assert data == {}
    raw["data_base64"] = base64.b64encode(b'{"api": "PutBlob", "eTag": "0x2", "contentLength": 9}').decode()
    event = parse(raw)
    assert isinstance(event, BlobArrived)
    assert event.size == 9


def test_a_step_of_a_pipeline_is_not_the_end_of_its_run() -> None:
    """Only the pipeline run speaks for a training run."""
    data = {"runId": "r", "runStatus": "Failed", "runProperties": {"azureml.runsource": "azureml.StepRun"}}
    kind = "Microsoft.MachineLearningServices.RunStatusChanged"
    event = parse({"id": "1", "eventType": kind, "topic": "t", "subject": "s", "data": data})
    assert isinstance(event, Ignored)


@pytest.mark.parametrize("text", ["", "{", "[]", "[1, 2]", "3", '"x"', "{}", '{"specversion": "1.0"}'])
def test_a_message_that_is_no_event_is_refused_in_one_sentence(text: str) -> None:
    """Never a stack trace: what was wrong, and what would be accepted."""
    with pytest.raises(BadInput, match=r"^The (message|event)"):
        parse_message(text)


@pytest.mark.parametrize("extra", [{"data": 3}, {"data": None}, {"data_base64": "%%%"}, {"data_base64": "eA=="}])
def test_data_that_is_no_object_is_refused(extra: dict[str, object]) -> None:
    """The envelope may be fine and the data not."""
    raw = {key: value for key, value in blob().items() if key != "data"} | extra
    with pytest.raises(BadInput, match="data"):
        parse(raw)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner))
)
@pytest.mark.fault(8)
def test_no_payload_whatever_raises_anything_but_bad_input(data: object) -> None:
    """Fields of any type are read or refused, never crashed on."""
    for kind in ("Microsoft.Storage.BlobCreated", "Microsoft.MachineLearningServices.ModelRegistered", "Other"):
        raw = {"id": "1", "eventType": kind, "topic": data, "subject": data, "data": data}
        try:
            assert parse(raw)
        except BadInput:
            assert not isinstance(data, dict)


def test_addresses_of_an_event_are_not_kept() -> None:
    """They may hold a signature; all else stays, and what is no event stays as it is."""
    data = {"api": "PutBlob", "url": "https://a/b?sig=x", "blobUrl": "https://a/b?sig=x", "eTag": "7"}
    event = {"specversion": "1.0", "id": "1", "type": "t", "subject": "s", "source": "x"}
    encoded = base64.b64encode(json.dumps(data).encode()).decode()
    for sent in ({**event, "data": data}, {**event, "data_base64": encoded}):
        assert json.loads(without_addresses(json.dumps(sent))) == {**event, "data": {"api": "PutBlob", "etag": "7"}}
    for text in ("no JSON", "[]", "7", '{"id": "1"}'):
        assert without_addresses(text) == text
