"""A proxy on loopback that breaks what it is told to: for HTTP, and for any other protocol over TCP.

with FaultProxy(port_of_the_server) as proxy:                     # http=False for a database's protocol
    proxy.plan(LOSE, when=request("PUT", "/plan.json"), nth=2)    # the second such request is done, unanswered
    ... talk to proxy.port ...
    assert proxy.hits == 1
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, Self

_CHUNK = 1 << 16
_NO_BODY = (b"204", b"304")


@dataclass(frozen=True, slots=True)
class Request:
    """What came from the client: an HTTP request as it was sent, or one piece of another protocol."""

    data: bytes

    @property
    def line(self) -> str:
        """The request line of HTTP: method, path and query."""
        return self.data.partition(b"\r\n")[0].decode("latin-1").removesuffix(" HTTP/1.1")


Match = Callable[[Request], bool]


def request(method: str = "", path: str = "") -> Match:
    """Takes HTTP requests by method (all when empty) and by a part of path and query."""
    return lambda one: one.line.startswith(method) and path in one.line


def containing(text: bytes) -> Match:
    """Takes pieces that contain these bytes, such as b"COMMIT"."""
    return lambda one: text in one.data


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens instead of a plain exchange. An answer of our own is HTTP only; the rest works for any protocol."""

    kind: Literal["answer", "reset", "lose", "truncate", "delay"]
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


RESET = Fault("reset")
"""The connection is reset and the request never reaches the server."""
LOSE = Fault("lose")
"""The server does what was asked; its answer never reaches the client, whose connection is reset."""
TRUNCATE = Fault("truncate")
"""The client gets the answer's head and half of its body, then the connection ends."""
UNAVAILABLE = Fault("answer", 503, {"x-ms-error-code": "ServerBusy"})
"""503 before the request reaches the server."""
FAILED = Fault("answer", 500, {"x-ms-error-code": "InternalError"})
"""500 before the request reaches the server."""


def throttled(seconds: int) -> Fault:
    """429 with Retry-After, before the request reaches the server."""
    return Fault("answer", 429, {"Retry-After": str(seconds)})


def delayed(seconds: float) -> Fault:
    """The request reaches the server that much later."""
    return Fault("delay", seconds=seconds)


@dataclass(slots=True)
class _Rule:
    fault: Fault
    when: Match
    first: int
    last: int
    seen: int = 0

    def applies(self, one: Request) -> bool:
        if not self.when(one):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last


class FaultProxy:
    """Forwards to `upstream` on loopback; rules planned later count from then. Ends with its block."""

    def __init__(
        self,
        upstream: int,
        *,
        http: bool = True,
        tls: ssl.SSLContext | None = None,
        upstream_tls: ssl.SSLContext | None = None,
    ) -> None:
        """`tls` is shown to clients, `upstream_tls` to the server; without them both sides are plain."""
        self._upstream = upstream
        self._tls, self._upstream_tls = tls, upstream_tls
        self._http = http
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._busy = 0
        self._held_up = threading.Event()
        self._rules: list[_Rule] = []
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[str] = []
        self.hits = 0

    def plan(self, fault: Fault, when: Match = lambda _: True, *, nth: int = 1, times: int = 1) -> None:
        """Break `times` matching requests, beginning with the n-th from now."""
        with self._lock:
            self._rules.append(_Rule(fault, when, nth, nth + times - 1))

    def heal(self) -> None:
        """Forget every rule, and what was counted."""
        with self._lock:
            self._rules, self.requests, self.hits = [], [], 0

    def drop(self) -> None:
        """Let nothing arrive later: what is held up never does, and what is on its way has arrived."""
        with self._idle:
            self._held_up.set()
            assert self._idle.wait_for(lambda: self._busy == 0, 30), "a request is on its way for half a minute"
            self._held_up = threading.Event()

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._held_up.set()
        with self._lock:
            doomed = [self._listener, *self._open]
        for one in doomed:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, client)

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError, ValueError), self._both(plain) as (client, server):
            (self._serve_http if self._http else self._serve_pieces)(client, server)

    @contextmanager
    def _both(self, plain: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
        with plain, socket.create_connection(("127.0.0.1", self._upstream), 10) as upstream:
            upstream.settimeout(None)
            client = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            server = self._upstream_tls.wrap_socket(upstream) if self._upstream_tls else upstream
            with client, server:
                with self._lock:
                    self._open |= {client, server}
                if self._closing.is_set():
                    raise ConnectionAbortedError  # It came while the others were being ended.
                try:
                    yield client, server
                finally:
                    with self._lock:
                        self._open -= {client, server}

    def _fault(self, one: Request) -> Fault | None:
        with self._lock:
            self.requests.append(one.line)
            hit = [rule.fault for rule in self._rules if rule.applies(one)]
            self.hits += bool(hit)
        return hit[0] if hit else None

    def _serve_http(self, client: socket.socket, server: socket.socket) -> None:
        with client.makefile("rb") as asked, server.makefile("rb") as answered:
            while head := _head(asked):
                with self._at_work():
                    if not self._exchange(head, Request(head + _body(asked, head)), client, server, answered):
                        return

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _exchange(
        self, head: bytes, one: Request, client: socket.socket, server: socket.socket, answered: BinaryIO
    ) -> bool:
        """One request and its answer; whether the connection may go on."""
        fault = self._fault(one)
        if fault and fault.kind == "answer":
            client.sendall(_own_answer(fault))
            return True
        if not self._forward(one.data, fault, client, server):
            return False
        answer = _answer(answered, head)
        return bool(answer) and _give(answer, fault, client, answer.find(b"\r\n\r\n") + 4)

    def _serve_pieces(self, client: socket.socket, server: socket.socket) -> None:
        state: list[Fault | None] = [None]
        self._start(self._answer_pieces, client, server, state)
        while piece := client.recv(_CHUNK):
            fault = self._fault(Request(piece))
            state[0] = fault if fault and fault.kind in ("lose", "truncate") else state[0]
            if not self._forward(piece, fault, client, server):
                break
        _end(server)

    def _answer_pieces(self, client: socket.socket, server: socket.socket, state: list[Fault | None]) -> None:
        with suppress(OSError):
            while piece := server.recv(_CHUNK):
                if not _give(piece, state[0], client, 0):
                    _end(server)
                    return
        _end(server)
        _end(client)

    def _forward(self, data: bytes, fault: Fault | None, client: socket.socket, server: socket.socket) -> bool:
        if fault and fault.kind == "reset":
            _reset(client)
            return False
        if fault and fault.kind == "delay":
            held_up = self._held_up
            if held_up.wait(fault.seconds):
                return False
        server.sendall(data)
        return True


def _give(answer: bytes, fault: Fault | None, client: socket.socket, head: int) -> bool:
    """Hand the server's answer on as the fault wants it; whether the exchange may go on."""
    if fault and fault.kind == "lose":
        _reset(client)
        return False
    if fault and fault.kind == "truncate":
        client.sendall(answer[: head + (len(answer) - head) // 2])
        _end(client)
        return False
    client.sendall(answer)
    return True


def _reset(client: socket.socket) -> None:
    """The peer gets RST as soon as the socket is closed; nothing more is sent."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        client.shutdown(socket.SHUT_RD)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


def _head(stream: BinaryIO) -> bytes:
    """A message's lines up to the empty one; empty when the other side has gone."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    return head


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip()
    return b""


def _body(stream: BinaryIO, head: bytes) -> bytes:
    if _header(head, b"transfer-encoding").lower() == b"chunked":
        return b"".join(_chunks(stream))
    return stream.read(int(_header(head, b"content-length") or 0))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline():
        size = int(line.partition(b";")[0], 16)
        yield line + stream.read(size + 2)
        if size == 0:
            return


def _answer(stream: BinaryIO, asked: bytes) -> bytes:
    head = _head(stream)
    status = head[9:12]
    if asked.startswith(b"HEAD ") or status.startswith(b"1") or status in _NO_BODY:
        return head
    if not _header(head, b"content-length") and not _header(head, b"transfer-encoding"):
        return head + stream.read()
    return head + _body(stream, head)


def _own_answer(fault: Fault) -> bytes:
    headers = {"Content-Length": str(len(fault.body)), **fault.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {fault.status} On purpose\r\n{lines}\r\n".encode("latin-1") + fault.body
