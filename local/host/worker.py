"""The function app, loaded and run by the library that Azure itself runs Python apps on.

The library keeps its state in its module: one app at a time per process.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure_functions_runtime as runtime
from azure_functions_runtime.utils.threadpool import get_threadpool_executor
from msgspec import Struct

from local.host import protocol
from local.host.protocol import Record
from shared.core.errors import Misconfigured, Permanent

TRIGGERS = ("eventGridTrigger", "httpTrigger", "queueTrigger", "timerTrigger")
OUTPUTS = ("queue", "http")
_SETTING = re.compile(r"%([^%]+)%")
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


class NotIndexed(Permanent):
    """The function app cannot be loaded; the sentence says why and, where known, in which line."""

    code = "not_indexed"

    def __init__(self, cause: str, where: str = "") -> None:
        super().__init__(f"The function app cannot be indexed{where and f' ({where})'}: {cause}")


@dataclass(frozen=True, slots=True)
class Retry:
    """A function's retry policy; times in seconds."""

    limit: int
    exponential: bool
    shortest: float
    longest: float

    def delay(self, retry: int) -> float:
        """Seconds before the given retry, counted from 1."""
        return min(self.shortest * 2 ** (retry - 1), self.longest) if self.exponential else self.shortest


@dataclass(frozen=True, slots=True)
class Function:
    """What the app declares about one function, settings filled in."""

    id: str
    name: str
    trigger: Mapping[str, Any]
    outputs: tuple[Mapping[str, Any], ...]
    retry: Retry | None = None
    # Switched off by a setting: no trigger calls it, and over HTTP only the master key does.
    disabled: bool = False

    @property
    def kind(self) -> str:
        """The trigger's type."""
        return str(self.trigger["type"])


class Outcome(Struct, frozen=True):
    """How an invocation ended. `error` is a sentence and `trace` a stack trace, both empty on success."""

    ok: bool
    value: Any = None
    outputs: tuple[tuple[str, Any], ...] = ()
    error: str = ""
    trace: str = ""
    timed_out: bool = False


class Worker:
    """Runs the functions of one directory's function_app.py."""

    def __init__(self, directory: Path, settings: Mapping[str, str]) -> None:
        self._directory = directory
        self._settings = settings
        self._loaded = False

    async def load(self) -> tuple[Function, ...]:
        """Import the app and read what it declares; NotIndexed when that fails."""
        if not (self._directory / "function_app.py").is_file():
            raise NotIndexed(f"there is no function_app.py in {self._directory.name}/.")
        sys.path.insert(0, str(self._directory))
        self._loaded = True
        # An app can be indexed once; another start in this process needs a fresh one.
        sys.modules.pop("function_app", None)
        importlib.invalidate_caches()
        runtime.start_threadpool_executor()
        answer = await runtime.worker_init_request(protocol.init_request(str(self._directory)))
        if answer.result.status != protocol.StatusResult.Success:
            raise self._not_indexed(answer.result.exception)
        described = await runtime.functions_metadata_request(protocol.metadata_request())
        return tuple(self._read(declared) for declared in described.function_metadata_results or ())

    def _not_indexed(self, exception: Record) -> NotIndexed:
        # The library adds advice about requirements.txt and the whole module path to a failed import.
        cause = str(exception.message).split(". Cannot find module.")[0].rstrip(".") + "."
        frames = [match for match in _FRAME.finditer(exception.stack_trace) if self._is_ours(Path(match["file"]))]
        if not frames:
            return NotIndexed(cause)
        file = Path(frames[-1]["file"]).relative_to(self._directory)
        return NotIndexed(cause, f"{file}, line {frames[-1]['line']}")

    def _is_ours(self, file: Path) -> bool:
        return file.is_relative_to(self._directory) and "site-packages" not in file.parts

    def _disabled(self, name: str) -> bool:
        return self._settings.get(f"AzureWebJobs.{name}.Disabled", "").lower() in ("true", "1")

    def _read(self, declared: Record) -> Function:
        bindings = [self._filled(declared.name, json.loads(raw)) for raw in declared.raw_bindings]
        incoming = [binding for binding in bindings if binding["direction"] == "IN"]
        outgoing = tuple(binding for binding in bindings if binding["direction"] != "IN")
        if len(incoming) != 1 or incoming[0]["type"] not in TRIGGERS:
            kinds = ", ".join(binding["type"] for binding in incoming)
            raise NotIndexed(f"function {declared.name} has {kinds}; the local host has one of {', '.join(TRIGGERS)}.")
        for binding in outgoing:
            if binding["type"] not in OUTPUTS:
                raise NotIndexed(
                    f"function {declared.name} writes to {binding['type']}; the local host has {', '.join(OUTPUTS)}."
                )
        retry, disabled = _retry(declared.retry_options), self._disabled(declared.name)
        return Function(declared.function_id, declared.name, incoming[0], outgoing, retry, disabled)

    def _filled(self, function: str, binding: Mapping[str, Any]) -> dict[str, Any]:
        def value(match: re.Match[str]) -> str:
            if match[1] not in self._settings:
                raise Misconfigured(match[1], "is not set", f"a value: function {function} names it in a binding")
            return self._settings[match[1]]

        return {key: _SETTING.sub(value, part) if isinstance(part, str) else part for key, part in binding.items()}

    async def invoke(
        self, function: Function, data: Record, metadata: Mapping[str, Record], retry: tuple[int, int] = (0, 0)
    ) -> Outcome:
        """Run the function once; a failure is an Outcome, never an exception."""
        argument = str(function.trigger["name"])
        request = protocol.invocation_request(function.id, argument, data, metadata, retry=retry)
        answer = await runtime.invocation_request(request)
        if answer.result.status != protocol.StatusResult.Success:
            exception = answer.result.exception
            return Outcome(ok=False, error=str(exception.message), trace=str(exception.stack_trace))
        outputs = tuple((output.name, output.data) for output in answer.output_data)
        return Outcome(ok=True, value=answer.return_value, outputs=outputs)

    def close(self) -> None:
        """Unload the app. A handler that still runs cannot be stopped: its thread goes on until it returns."""
        pool = get_threadpool_executor()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        if self._loaded:
            sys.path.remove(str(self._directory))
            self._loaded = False


def declared_functions(directory: Path, settings: Mapping[str, str]) -> tuple[Function, ...]:
    """The functions that the app in `directory` has and that are not switched off; NotIndexed when it cannot be loaded.

    Not while a host runs in this process: the library knows one app at a time.
    """
    worker = Worker(directory.absolute(), settings)
    try:
        return tuple(function for function in asyncio.run(worker.load()) if not function.disabled)
    finally:
        worker.close()


def _retry(declared: Record | None) -> Retry | None:
    if declared is None:
        return None
    if declared.retry_strategy == "fixed_delay":
        delay = declared.delay_interval.total_seconds()
        return Retry(declared.max_retry_count, exponential=False, shortest=delay, longest=delay)
    shortest, longest = declared.minimum_interval.total_seconds(), declared.maximum_interval.total_seconds()
    return Retry(declared.max_retry_count, exponential=True, shortest=shortest, longest=longest)
