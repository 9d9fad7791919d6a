"""The types of the Open Inference Protocol: requests, answers, and the metadata of a model."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

from msgspec import Meta


class Tensor(TypedDict):
    """Values in row order, with their shape; rows may also be lists of their own."""

    name: str
    shape: list[int]
    datatype: str
    data: Annotated[list[Any], Meta(extra_json_schema={"items": {"type": ["number", "string", "null"]}})]


class WantedOutput(TypedDict, total=False):
    """An output that the request asks for."""

    name: str


class InferenceRequest(TypedDict):
    """Tensors to predict from; `outputs` names the wanted outputs."""

    id: NotRequired[str]
    inputs: Annotated[list[Tensor], Meta(min_length=1)]
    outputs: NotRequired[list[WantedOutput]]


class InferenceAnswer(TypedDict):
    """The predictions of a model."""

    model_name: str
    model_version: str
    id: NotRequired[str]
    outputs: list[Tensor]


class PackedAnswer(NamedTuple):
    """An answer whose JSON has so many bytes, and behind it the values of outputs."""

    content: bytes
    json_length: int


class TensorMetadata(TypedDict):
    """A tensor without its values; -1 stands for the number of rows."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(TypedDict):
    """The tensors that a model takes and answers."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]
