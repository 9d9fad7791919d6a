"""Servers that import the command once and fork a child for each run, so that a run does not wait for imports.

Each line is `[arguments, environment]`; the answer is `[exit code, standard output, standard error]`.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 900
# Libraries in C that start threads when they are imported: whoever forks wants none.
_NO_THREAD = "background_thread:false"
ALONE = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": _NO_THREAD, "_RJEM_MALLOC_CONF": _NO_THREAD}
# The last ones are imported on first use, by libraries too.
EVERYTHING = (
    "local.cli",
    "local.host.functions_host",
    "local.host.events.subscriptions",
    "azure.functions",
    "pandas",
    "jinja2.ext",
    "rich._emoji_codes",
    "sqlalchemy.dialects.sqlite",
    "typer._adapters",
)
_IDLE: SimpleQueue[Server] = SimpleQueue()


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `mlops ARGUMENTS` in a process with this environment."""
    try:
        server = _IDLE.get_nowait()
    except Empty:
        server = Server()
    answer = server.ask([list(arguments), dict(environ)])
    _IDLE.put(server)
    return answer


class Server:
    """A process that runs one command at a time; it ends with this one."""

    def __init__(self) -> None:
        line = [sys.executable, __file__]
        self._process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | ALONE
        )
        atexit.register(self._process.communicate)

    def ask(self, order: Any) -> tuple[int, str, str]:
        """The answer to the line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code, out, err = json.loads(self._process.stdout.readline())
        return code, out, err


def serve() -> None:
    """Answer until the input ends."""
    sys.path[0] = str(ROOT)
    _import_everything()
    assert len(list(Path("/proc/self/task").glob("*"))) <= 1, "an import has started a thread"
    _make_ready()
    # A child that collects garbage leaves what was imported alone, so that it need not copy those pages.
    gc.freeze()
    for line in sys.stdin:
        arguments, environ = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = _fork(arguments, environ, out, err)
            print(json.dumps([code, _read(out), _read(err)]), flush=True)  # noqa: T201 -- the answer


def _import_everything() -> None:
    from importlib import import_module

    import shared

    for name in EVERYTHING:
        import_module(name)
    for found in pkgutil.walk_packages(shared.__path__, "shared."):
        # Alembic's environment can be loaded by Alembic only.
        if not found.name.endswith(".migrations.env"):
            import_module(found.name)


def _make_ready() -> None:
    """What each command would make first, and the same every time."""
    from local.cli import command

    command()
    # Which scenarios there are, each command reads from its own environment.
    assert "model_training.scenarios" not in sys.modules


def _fork(arguments: list[str], environ: dict[str, str], out: IO[bytes], err: IO[bytes]) -> int:
    child = os.fork()
    if child == 0:
        # A command that hangs ends by this signal.
        signal.alarm(SECONDS)
        with Path(os.devnull).open("rb") as nothing:
            for number, file in enumerate((nothing, out, err)):
                os.dup2(file.fileno(), number)
        os.environ.clear()
        os.environ.update(environ)
        sys.argv = ["mlops", *arguments]
        _end(_main())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _main() -> Any:
    from local.cli import main

    try:
        main()
    except SystemExit as ended:
        return ended.code
    except BaseException:  # noqa: BLE001 -- the child must end here, and the test must see it
        sys.excepthook(*sys.exc_info())
        return 99
    return 0


def _end(code: Any) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code or 0))


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


if __name__ == "__main__":
    serve()
