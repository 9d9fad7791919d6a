"""HTTP requests and answers as values."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

Headers = Mapping[str, str]
TEXT = "text/plain; charset=utf-8"


class Request(Struct, frozen=True):
    """A request whose head was read; header names are lower-case, and a repeated header is joined with commas."""

    method: str
    path: str
    # With its question mark, where there is one.
    query: str
    headers: Headers
    # The first value of each header that was sent more than once.
    first: Headers
    read_body: Callable[[], Awaitable[bytes]]

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Answer(Struct, frozen=True):
    """An answer. With `sized` its length is declared; otherwise the body goes out in chunks, as a function's does."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    sized: bool = False


class NotReceived(Exception):
    """There is no whole body; `status` says whose fault that is."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server takes: times in seconds, sizes in bytes."""

    body_bytes: int = 100 * 1024 * 1024
    body_seconds: float = 30.0
    head_seconds: float = 30.0
    # Bodies that may be on their way at the same time.
    bodies: int = 200


def text_answer(status: int, text: str) -> Answer:
    """A text of declared length."""
    return Answer(status, text.encode(), (("Content-Type", TEXT),), sized=True)


def json_answer(status: int, value: Any, *headers: tuple[str, str]) -> Answer:
    """A JSON document of declared length."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, (("Content-Type", "application/json; charset=utf-8"), *headers), sized=True)
