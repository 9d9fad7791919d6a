"""Plain objects shaped like the messages between the Functions host and its Python worker."""

from __future__ import annotations

import random
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

# These ids are names, not secrets: the system's generator would yield to other threads at each call.
# The host has its own generator, so that it does not disturb code that seeds the common one.
_NAMES = random.Random()


class Record(SimpleNamespace):
    """A message with the fields it was built with; a union holds only the field that is set."""

    def WhichOneof(self, _union: str) -> str | None:  # noqa: N802 - the protocol's own name
        """The name of the field that is set, or None."""
        return next(iter(vars(self)), None)


class Parameter(Record):
    """A named value; the only kind of value here is data."""

    def WhichOneof(self, _union: str) -> str | None:  # noqa: N802 - the protocol's own name
        """Always `data`: shared memory is not offered."""
        return "data"


class StatusResult(Record):
    """Whether the worker handled the request."""

    Failure: ClassVar[int] = 0
    Success: ClassVar[int] = 1


class BindingInfo(Record):
    """A binding's direction and type of data."""

    undefined: ClassVar[int] = 0
    out: ClassVar[int] = 1
    inout: ClassVar[int] = 2


class RpcHttpCookie(Record):
    """A cookie of an HTTP answer."""

    # One of the names is a keyword.
    SameSite: ClassVar[Any] = SimpleNamespace(**{"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})


_RECORDS = (
    "FunctionLoadResponse",
    "FunctionMetadataResponse",
    "InvocationResponse",
    "NullableBool",
    "NullableDouble",
    "NullableString",
    "NullableTimestamp",
    "RpcException",
    "RpcFunctionMetadata",
    "RpcHttp",
    "RpcRetryOptions",
    "Timestamp",
    "TypedData",
    "WorkerInitResponse",
    "WorkerMetadata",
)


def protocol() -> SimpleNamespace:
    """The classes the worker library builds its answers from."""
    special = {kind.__name__: kind for kind in (StatusResult, BindingInfo, RpcHttpCookie)}
    return SimpleNamespace(**dict.fromkeys(_RECORDS, Record), ParameterBinding=Parameter, **special)


def init_request(directory: str) -> Record:
    """The request that loads and indexes the function app in `directory`."""
    init = Record(capabilities={}, function_app_directory=directory)
    return Record(request=Record(worker_init_request=init), properties={"host": "127.0.0.1", "protos": protocol()})


def metadata_request() -> Record:
    """The request for what the app declares."""
    return Record(request=Record(functions_metadata_request=Record()), properties={})


def invocation_request(
    function_id: str, argument: str, data: Record, metadata: Mapping[str, Record], *, retry: tuple[int, int]
) -> Record:
    """The request that runs one function; `retry` is the number of this retry and how many there may be."""
    name = f"{_NAMES.getrandbits(128):032x}"
    # The form of a version 4 UUID, written down: making one takes ten times as long.
    identity = f"{name[:8]}-{name[8:12]}-4{name[13:16]}-a{name[17:20]}-{name[20:]}"
    trace = f"00-{name}-{name[16:]}-01"
    invocation = Record(
        invocation_id=identity,
        function_id=function_id,
        input_data=[Parameter(name=argument, data=data)],
        trigger_metadata=metadata,
        trace_context=Record(trace_parent=trace, trace_state="", attributes={}),
        retry_context=Record(retry_count=retry[0], max_retry_count=retry[1], exception=None),
    )
    return Record(request=Record(invocation_request=invocation), properties={})
