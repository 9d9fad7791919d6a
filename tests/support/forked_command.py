"""A server that imports the command once and forks a child for each line, so that many commands take milliseconds each.

Each line is `[arguments, environment]`; the answer is `[exit code, standard output, standard error]`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).parent


class Forked:
    """The command on one home; the children of one server run in turn."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ
        line = [sys.executable, str(HERE / "forked_command.py")]
        self._server = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, arguments: Sequence[str], **settings: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of `mlops ARGUMENTS`."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps([list(arguments), {**self._environ, **settings}]) + "\n")
        self._server.stdin.flush()
        code, out, err = json.loads(self._server.stdout.readline())
        return code, out, err

    def close(self) -> None:
        """End the server."""
        self._server.communicate()


def serve() -> None:
    """Answer until the input ends."""
    sys.path.insert(0, str(HERE.parents[1]))
    from importlib import import_module

    for name in (
        "local.cli",
        "local.host.functions_host",
        "shared.bootstrap",
        "shared.adapters.sql.prediction.predictions",
    ):
        import_module(name)
    for line in sys.stdin:
        arguments, environ = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = _fork(arguments, environ, out, err)
            print(json.dumps([code, _read(out), _read(err)]), flush=True)  # noqa: T201 -- the answer


def _fork(arguments: list[str], environ: dict[str, str], out: IO[bytes], err: IO[bytes]) -> int:
    child = os.fork()
    if child == 0:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
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
