"""Signing in to the dashboard of this machine without pasting a key: a token that is good once, for a minute."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from functions.names import OPERATE
from local.host.http.key_file import KeyFile
from local.host.http.messages import Answer, json_answer, text_answer

PATH = "/runtime/dashboard/sign-in"
FOLDER = "sign-in"
SECONDS = 60.0
_LONGEST = 400
_MACHINE = frozenset({"127.0.0.1", "localhost"})
_OVER = "This link was used, or is older than a minute; make another one: mlops dashboard --open."


def issue(home: Path, now: Callable[[], float] = time.time) -> str:
    """A new token; the home keeps its digest only, in a folder that nobody else can read."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if not _is_fresh(old, now()):
            old.unlink(missing_ok=True)
    token = secrets.token_urlsafe(32)
    (folder / _digest(token)).write_text(str(now() + SECONDS))
    return token


class SignIn:
    """Takes a token and answers with the newest key of scope operate; only pages of this machine may ask."""

    def __init__(self, keys: KeyFile, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._now = now

    def answer(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """200 with the key, once; 401 for every other token, 403 for another site. Header names are lower-case."""
        if not _from_here(headers):
            return text_answer(403, "Only a page of this host may sign in.")
        token = _token(body)
        if token is None:
            return text_answer(400, 'The body is not {"token": "…"}.')
        if not self._take(token):
            return text_answer(401, _OVER)
        key = self._keys.keys().newest_for_scope(OPERATE)
        return json_answer(200, {"key": key}, ("Cache-Control", "no-store"))

    def _take(self, token: str) -> bool:
        """Whether the token was good; of several that bring it at once, one removes its file."""
        file = self._keys.home / FOLDER / _digest(token)
        fresh = _is_fresh(file, self._now())
        try:
            file.unlink()
        except FileNotFoundError:
            return False
        return fresh


def _from_here(headers: Mapping[str, str]) -> bool:
    """Whether the page was loaded from this host by one of its own names, which no other site can have."""
    host = headers.get("host", "")
    origin = headers.get("origin", f"http://{host}")
    # A browser asks first before it sends JSON to another site, and this host answers no such question.
    is_json = headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    return is_json and host.partition(":")[0].lower() in _MACHINE and origin == f"http://{host}"


def _token(body: bytes) -> str | None:
    try:
        value = json.loads(body) if len(body) <= _LONGEST else None
    except ValueError:
        return None
    token = value.get("token") if isinstance(value, dict) else None
    return token if isinstance(token, str) and token else None


def _is_fresh(file: Path, now: float) -> bool:
    try:
        return now <= float(file.read_text())
    except (OSError, ValueError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
