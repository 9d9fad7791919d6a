"""The functions that an app declares, and the sentence when it cannot be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.host.worker import NotIndexed, Retry, declared_functions
from shared.core.errors import Misconfigured

SAMPLE = Path(__file__).parent / "sample_app"
SETTINGS = {"SAMPLE_QUEUE": "sample-work", "SAMPLE_SCHEDULE": "0 0 * * * *"}
HEAD = "import typing\nimport azure.functions as func\napp = func.FunctionApp()\n"


def _app(folder: Path, body: str) -> Path:
    (folder / "function_app.py").write_text(HEAD + body, encoding="utf-8")
    return folder


def test_functions_are_read_as_declared() -> None:
    """Triggers, outputs, settings filled in; nothing is listed twice."""
    functions = {function.name: function for function in declared_functions(SAMPLE, SETTINGS)}
    assert {name: function.kind for name, function in functions.items()} == {
        "intake": "eventGridTrigger",
        "work": "queueTrigger",
        "poisoned": "queueTrigger",
        "tick": "timerTrigger",
        "things": "httpTrigger",
        "health": "httpTrigger",
        "operate": "httpTrigger",
        "crash": "httpTrigger",
        "cookies": "httpTrigger",
    }
    assert functions["work"].trigger["queueName"] == "sample-work"
    assert functions["tick"].trigger["schedule"] == "0 0 * * * *"
    assert [output["queueName"] for output in functions["intake"].outputs] == ["sample-work"]


def test_a_disabled_function_is_left_out() -> None:
    """By the same setting as in Azure."""
    settings = {**SETTINGS, "AzureWebJobs.tick.Disabled": "true"}
    assert "tick" not in {function.name for function in declared_functions(SAMPLE, settings)}


def test_a_setting_that_a_binding_names_must_be_there() -> None:
    """The sentence names setting and function."""
    with pytest.raises(Misconfigured, match=r"Setting SAMPLE_SCHEDULE is not set; .* function tick"):
        declared_functions(SAMPLE, {"SAMPLE_QUEUE": "sample-work"})


def test_a_retry_policy_is_read(tmp_path: Path) -> None:
    """Count and delay."""
    body = """
@app.timer_trigger(schedule="0 0 * * * *", arg_name="timer")
@app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:05")
def tick(timer: func.TimerRequest) -> None: ...
@app.timer_trigger(schedule="0 0 * * * *", arg_name="timer")
@app.retry(
    strategy="exponential_backoff", max_retry_count="2", minimum_interval="00:00:01", maximum_interval="00:01:00"
)
def tock(timer: func.TimerRequest) -> None: ...
"""
    tick, tock = declared_functions(_app(tmp_path, body), {})
    assert tick.retry == Retry(3, exponential=False, shortest=5.0, longest=5.0)
    assert tock.retry == Retry(2, exponential=True, shortest=1.0, longest=60.0)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("def broken(:\n", r"function_app\.py, line 4\): SyntaxError"),
        ("import no_such_module_here\n", r"function_app\.py, line 4\): .*No module named 'no_such_module_here'\.$"),
        ("raise ValueError('at import')\n", r"function_app\.py, line 4\): ValueError: at import\.$"),
        ("del app\n", "Could not find top level function app"),
        (
            """
@app.queue_trigger(arg_name="message", queue_name="work", connection="S")
@app.queue_output(arg_name="out", queue_name="next", connection="S")
def work(message: func.QueueMessage, out: func.Out[list[str]]) -> None: ...
""",
            r"cannot load the work function: binding out has invalid non-type annotation .*list\[str\]",
        ),
        (
            "@app.route('a')\ndef a(req: func.HttpRequest, ports) -> func.HttpResponse: ...\n",
            "cannot load the a function: .*'ports'",
        ),
        (
            """
@app.blob_trigger(arg_name="blob", path="c/{n}", connection="S")
def arrive(blob: func.InputStream) -> None: ...
""",
            "function arrive has blobTrigger; the local host has one of eventGridTrigger, httpTrigger",
        ),
        (
            """
@app.route("a")
@app.blob_output(arg_name="out", path="c/x", connection="S")
def a(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse: ...
""",
            "function a writes to blob; the local host has queue, http",
        ),
    ],
)
def test_an_app_that_cannot_be_loaded_is_one_sentence(tmp_path: Path, body: str, told: str) -> None:
    """With the cause and, where it is in the app's own code, the line; without advice and module paths."""
    with pytest.raises(NotIndexed, match=told) as caught:
        declared_functions(_app(tmp_path, body), {})
    assert "\n" not in str(caught.value)
    assert "sys.path" not in str(caught.value)


def test_a_folder_without_an_app_is_named(tmp_path: Path) -> None:
    """Instead of an app without functions."""
    with pytest.raises(NotIndexed, match=r"there is no function_app\.py in"):
        declared_functions(tmp_path, {})
