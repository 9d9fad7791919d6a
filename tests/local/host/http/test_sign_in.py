"""The token of `mlops dashboard --open`: good once, for a minute, on this machine only."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from local.host.http.key_file import KeyFile, load_keys
from local.host.http.sign_in import FOLDER, SECONDS, SignIn, issue

HEADERS = {"host": "127.0.0.1:7071", "origin": "http://127.0.0.1:7071", "content-type": "application/json"}


def ask(home: Path, token: object, now: float = 0.0, **headers: str) -> tuple[int, str]:
    """Status and text of the answer to that token."""
    answer = SignIn(KeyFile(home), lambda: now).answer({**HEADERS, **headers}, json.dumps({"token": token}).encode())
    return answer.status, answer.body.decode()


def test_a_token_is_good_once(tmp_path: Path) -> None:
    """It answers with the key of scope operate; the home holds no token, and nobody else reads the folder."""
    token = issue(tmp_path, lambda: 0.0)
    assert stat.S_IMODE((tmp_path / FOLDER).stat().st_mode) == 0o700
    assert token not in "".join(file.name + file.read_text() for file in (tmp_path / FOLDER).iterdir())
    status, body = ask(tmp_path, token)
    assert (status, json.loads(body)) == (200, {"key": load_keys(tmp_path).newest_for_scope("operate")})
    status, body = ask(tmp_path, token)
    assert (status, "mlops dashboard --open" in body) == (401, True)


def test_of_many_tabs_with_one_token_one_signs_in(tmp_path: Path) -> None:
    """Whoever removes its file; each has found the token fresh before any of them goes on."""
    together = Barrier(8)

    class Moment(float):
        """A time that is compared by all at once."""

        def __le__(self, other: float) -> bool:
            together.wait(300)
            return super().__le__(other)

    door, body = SignIn(KeyFile(tmp_path), Moment), json.dumps({"token": issue(tmp_path, lambda: 0.0)}).encode()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: door.answer(HEADERS, body).status, range(8)))
    assert sorted(found) == [200] + 7 * [401]


def test_a_token_is_good_for_a_minute(tmp_path: Path) -> None:
    """An old one is refused, and removed by the next that is made."""
    assert ask(tmp_path, issue(tmp_path, lambda: 0.0), now=SECONDS)[0] == 200
    assert ask(tmp_path, issue(tmp_path, lambda: 0.0), now=SECONDS + 1)[0] == 401
    issue(tmp_path, lambda: 0.0)
    issue(tmp_path, lambda: SECONDS + 1)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"host": "evil.example:7071", "origin": "http://evil.example:7071"},
        {"content-type": "text/plain"},
        {"origin": "null"},
    ],
)
def test_another_site_cannot_use_it(tmp_path: Path, headers: dict[str, str]) -> None:
    """Nor does its attempt use the token up."""
    token = issue(tmp_path, lambda: 0.0)
    assert ask(tmp_path, token, **headers)[0] == 403
    assert ask(tmp_path, token)[0] == 200


@pytest.mark.parametrize("token", ["", "..", "../keys.json", "\ud800", None, 7, ["x"], "x" * 1000])
def test_what_is_no_token_is_refused(tmp_path: Path, token: object) -> None:
    """Without a look at any other file."""
    issue(tmp_path, lambda: 0.0)
    assert ask(tmp_path, token)[0] in (400, 401)
    assert load_keys(tmp_path).functions
