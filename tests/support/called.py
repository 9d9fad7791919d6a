"""Functions of an app as a test calls them, whether they are coroutines or not."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import partial
from threading import local
from types import SimpleNamespace
from typing import Any

import azure.functions as func

type Functions = dict[str, Callable[..., Any]]


def functions_of(app: func.FunctionApp) -> Functions:
    """Every function by name; a coroutine is run to its end, with a context where it wants one."""
    found = {one.get_function_name(): one.get_user_function() for one in app.get_functions()}
    return {name: partial(_run, one) if inspect.iscoroutinefunction(one) else one for name, one in found.items()}


def _run(function: Callable[..., Any], **arguments: Any) -> Any:
    if "context" in inspect.signature(function).parameters:
        arguments["context"] = SimpleNamespace(invocation_id="call", thread_local_storage=local())
    return asyncio.run(function(**arguments))
