"""`python -m local.tools.open_when_up URL PLACE`: open a page in the browser as soon as its server answers."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Sequence

_TRIES, _PAUSE = 240, 0.5


def main(
    arguments: Sequence[str] | None = None,
    show: Callable[[str], object] = webbrowser.open,
    pause: Callable[[float], object] = time.sleep,
) -> int:
    """0 when the page was opened and its address printed, 1 when the server did not come up within two minutes."""
    url, place = (sys.argv[1:] if arguments is None else arguments)[:2]
    for _ in range(_TRIES):
        if _answers(url):
            print(f"{url}{place}", flush=True)  # noqa: T201 - its output
            show(f"{url}{place}")
            return 0
        pause(_PAUSE)
    print(f"{url} does not answer yet; open {url}{place} when it does.", flush=True)  # noqa: T201 - its output
    return 1


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 -- the caller's own address  # nosec B310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
