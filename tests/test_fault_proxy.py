"""The proxy that breaks connections breaks what it says, and nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from fault_proxy import (
    FAILED,
    LOSE,
    RESET,
    TRUNCATE,
    UNAVAILABLE,
    Fault,
    FaultProxy,
    containing,
    delayed,
    request,
    throttled,
)


class Counting(ThreadingHTTPServer):
    """Answers every request with its own body and remembers what it did."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.done: list[tuple[str, str, bytes]] = []


class Echo(BaseHTTPRequestHandler):
    """HTTP/1.1, so that connections are kept."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        assert isinstance(self.server, Counting)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.done.append((self.command, self.path, body))
        content = body or b"nothing"
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = _answer  # noqa: N815 -- the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Counting]:
    """A server that counts."""
    with Counting() as counting:
        thread = threading.Thread(target=counting.serve_forever, args=(0.01,))
        thread.start()
        yield counting
        counting.shutdown()
        thread.join()


@pytest.fixture
def proxy(server: Counting) -> Iterator[FaultProxy]:
    """A proxy in front of it."""
    with FaultProxy(server.server_port) as one:
        yield one


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[httpx.Client]:
    """A client of the proxy that retries nothing."""
    with httpx.Client(base_url=f"http://127.0.0.1:{proxy.port}", timeout=300) as one:
        yield one


@pytest.fixture
def proxied(proxy: FaultProxy, client: httpx.Client, server: Counting) -> tuple[FaultProxy, httpx.Client, Counting]:
    """All three."""
    return proxy, client, server


def test_without_a_plan_everything_passes(proxy: FaultProxy, client: httpx.Client, server: Counting) -> None:
    """Several requests on one connection, with and without bodies."""
    assert client.put("/a?x=1", content=b"x" * 200_000).content == b"x" * 200_000
    assert client.head("/b").headers["content-length"] == "7"
    assert client.get("/c").content == b"nothing"
    assert proxy.requests == ["PUT /a?x=1", "HEAD /b", "GET /c"]
    assert proxy.hits == 0
    assert len(server.done) == 3


@pytest.mark.parametrize(
    ("fault", "status", "wait"),
    [(UNAVAILABLE, 503, None), (FAILED, 500, None), (throttled(3), 429, "3")],
    ids=["503", "500", "429"],
)
def test_an_answer_of_our_own_never_reaches_the_server(
    proxied: tuple[FaultProxy, httpx.Client, Counting], fault: Fault, status: int, wait: str | None
) -> None:
    """Only the n-th matching request is answered so."""
    proxy, client, server = proxied
    proxy.plan(fault, request("PUT", "/plan"), nth=2)
    assert [client.put("/plan", content=b"1").status_code, client.get("/plan").status_code] == [200, 200]
    broken = client.put("/plan", content=b"2")
    assert (broken.status_code, broken.headers.get("retry-after")) == (status, wait)
    assert client.put("/plan", content=b"3").status_code == 200
    assert [body for _, _, body in server.done] == [b"1", b"", b"3"]
    assert proxy.hits == 1


def test_a_reset_comes_before_the_server(proxy: FaultProxy, client: httpx.Client, server: Counting) -> None:
    """The client sees a broken connection, the server nothing."""
    proxy.plan(RESET)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        client.put("/a", content=b"1")
    assert server.done == []
    assert client.put("/a", content=b"2").status_code == 200


def test_a_lost_answer_comes_after_the_server(proxy: FaultProxy, client: httpx.Client, server: Counting) -> None:
    """The client sees the same broken connection, and the work is done."""
    proxy.plan(LOSE, times=2)
    for body in (b"1", b"2"):
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            client.put("/a", content=body)
    assert [body for _, _, body in server.done] == [b"1", b"2"]


def test_a_body_is_cut_in_the_middle(proxy: FaultProxy, client: httpx.Client) -> None:
    """Head and length are right, half of the body is not there."""
    proxy.plan(TRUNCATE)
    with client.stream("PUT", "/a", content=b"0123456789") as answer:
        assert answer.headers["content-length"] == "10"
        pieces = answer.iter_bytes()
        assert next(pieces) == b"01234"
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)


def test_a_slow_server_is_slow(proxy: FaultProxy, client: httpx.Client, server: Counting) -> None:
    """A client that waits less gives up before the request arrives."""
    proxy.plan(delayed(60))
    with pytest.raises(httpx.ReadTimeout):
        client.get("/a", timeout=0.2)
    assert server.done == []


@contextmanager
def echo_server() -> Iterator[tuple[int, list[bytes]]]:
    """Another protocol: answers each piece with itself in capitals."""
    done: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                while piece := connection.recv(1024):
                    done.append(piece)
                    connection.sendall(piece.upper())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], done
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def say(port: int, *pieces: bytes) -> list[bytes]:
    """Send pieces on one connection; the answer to each, b"" or an empty list's end when the connection broke."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), 300) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
                answers.append(connection.recv(1024))
            except ConnectionError:
                answers.append(b"")
            if not answers[-1]:
                break
    return answers


def test_what_is_held_up_can_be_dropped(proxy: FaultProxy, client: httpx.Client, server: Counting) -> None:
    """It never arrives: one test leaves nothing to the next, however long the delay was."""
    proxy.plan(delayed(3600), request("PUT"))
    with pytest.raises(httpx.ReadTimeout):
        client.put("/late", content=b"late", timeout=0.2)
    proxy.drop()
    assert client.put("/next", content=b"next").status_code == 200
    assert [path for _, path, _ in server.done] == ["/next"]


@pytest.mark.parametrize(
    ("fault", "answers", "reached"),
    [
        (RESET, [b"BEGIN", b""], [b"begin"]),
        (LOSE, [b"BEGIN", b""], [b"begin", b"commit"]),
        (TRUNCATE, [b"BEGIN", b"COM"], [b"begin", b"commit"]),
        (delayed(0.05), [b"BEGIN", b"COMMIT"], [b"begin", b"commit"]),
    ],
    ids=["reset", "lose", "truncate", "delay"],
)
def test_any_protocol_can_be_broken(fault: Fault, answers: list[bytes], reached: list[bytes]) -> None:
    """A piece is found by its bytes; what the client sees and what the server did are as the fault says."""
    with echo_server() as (port, done), FaultProxy(port, http=False) as proxy:
        proxy.plan(fault, containing(b"commit"))
        assert say(proxy.port, b"begin", b"commit") == answers
        assert done == reached
        assert say(proxy.port, b"commit") == [b"COMMIT"]
