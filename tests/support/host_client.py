"""Sends the requests of the recorded cases byte by byte, and reads the answers as they come."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

Json = dict[str, Any]
_LONG = 6000
_BARE = (204, 304)


@dataclass(frozen=True, slots=True)
class Client:
    """Talks to one host; `keys` are the keys that the cases name."""

    port: int
    keys: Mapping[str, str]

    @property
    def place(self) -> str:
        """The host and its port."""
        return f"127.0.0.1:{self.port}"

    def send(self, request: Json) -> Json:
        """The answer: its status, headers and body, and further answers where the case asks for them."""
        with self.connected() as connection:
            try:
                return self._exchange(request, connection)
            except (ConnectionResetError, BrokenPipeError) as error:
                return {"status": None, "error": type(error).__name__}

    def connected(self) -> socket.socket:
        """A connection to the host."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=300)

    def _exchange(self, request: Json, connection: socket.socket) -> Json:
        data = self.wire(request)
        extra: Json = {}
        file = connection.makefile("rb")
        if request.get("wait_for_100"):
            head, _, body = data.partition(b"\r\n\r\n")
            connection.sendall(head + b"\r\n\r\n")
            first = _read(file, request["method"])
            if first is None or first[0] != 100:
                return {**_shape(first), "sent_body": False}
            extra["interim"] = [100]
            data = body
        connection.sendall(data)
        method = request.get("method") or request["raw"].split(" ", 1)[0]
        answers = [_shape(_read(file, method)) for _ in range(request.get("answers") or 1)]
        if request.get("answers"):
            extra["more"] = answers[1:]
        if request.get("still_open"):
            extra["open_afterwards"] = _is_open(connection)
        return {**answers[0], **extra}

    def wire(self, request: Json) -> bytes:
        """The bytes of a request."""
        if "raw" in request:
            return self._filled(request["raw"]).encode("latin-1")
        body = _body(request)
        head = self._head(request, body)
        if not request.get("chunks"):
            return head + body
        size = request["chunks"]
        parts = [body[start : start + size] for start in range(0, len(body), size)]
        return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"

    def _head(self, request: Json, body: bytes) -> bytes:
        headers = dict(request.get("headers", {}))
        names = {name.lower() for name in headers}
        lines = [f"{request['method']} {self._filled(request['path'])} {request.get('version', 'HTTP/1.1')}".encode()]
        if "host" not in names:
            lines.append(f"Host: {self.place}".encode())
        if "connection" not in names and request.get("version") != "HTTP/1.0":
            lines.append(b"Connection: close")
        if request.get("chunks"):
            lines.append(b"Transfer-Encoding: chunked")
        elif "content-length" not in names and (body or request["method"] in ("POST", "PUT", "PATCH")):
            lines.append(b"Content-Length: %d" % len(body))
        for name, values in headers.items():
            several = values if isinstance(values, list) else [values]
            coding = request.get("headers_as", "utf-8")
            lines += [f"{name}: {self._filled(value)}".encode(coding) for value in several]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _filled(self, text: str) -> str:
        text = text.replace("{{base}}", self.place)
        text = re.sub(r"\{\{url:(\w+)\}\}", lambda match: urllib.parse.quote(self.keys[match[1]], safe=""), text)
        return re.sub(r"\{\{key:(\w+)\}\}", lambda match: self.keys[match[1]], text)


def _body(request: Json) -> bytes:
    if "body" in request:
        return str(request["body"]).encode()
    if "body_b64" in request:
        return base64.b64decode(request["body_b64"])
    if "repeat" in request:
        return str(request["repeat"]["text"]).encode() * int(request["repeat"]["times"])
    if "events" not in request:
        return b""
    events = request["events"]
    one = events["like"] | ({"data": {"pad": "x" * events["pad"]}} if "pad" in events else {})
    return json.dumps([{**one, "id": f"{one.get('id', 'e')}{number}"} for number in range(events["times"])]).encode()


Answer = tuple[int, list[tuple[str, str]], bytes, bool]


def _read(file: IO[bytes], method: str) -> Answer | None:
    """One answer: status, headers, body, and whether it ended well."""
    line = file.readline()
    if not line:
        return None
    headers: list[tuple[str, str]] = []
    while (raw := file.readline()) not in (b"\r\n", b"\n", b""):
        name, _, value = raw.decode("latin-1").partition(":")
        headers.append((name.strip().lower(), value.strip()))
    status = int(line.split(b" ")[1])
    return (status, headers, *_read_body(file, method, status, dict(headers)))


def _read_body(file: IO[bytes], method: str, status: int, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    if method == "HEAD" or status < 200 or status in _BARE:
        return b"", True
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(file)
    if "content-length" in headers:
        body = file.read(int(headers["content-length"]))
        return body, len(body) == int(headers["content-length"])
    return file.read(), True


def _read_chunks(file: IO[bytes]) -> tuple[bytes, bool]:
    body = b""
    while size := file.readline():
        try:
            length = int(size.split(b";")[0], 16)
        except ValueError:  # no chunk: what was sent as it is
            return body + size + file.read(), False
        if not length:
            while file.readline() not in (b"\r\n", b"\n", b""):
                pass
            return body, True
        body += file.read(length)
        file.readline()
    return body, False


def _shape(answer: Answer | None) -> Json:
    if answer is None:
        return {"status": None, "closed": True}
    status, headers, body, whole = answer
    flat: dict[str, Any] = {}
    for name, value in headers:
        earlier = flat.get(name)
        flat[name] = value if earlier is None else [*earlier, value] if isinstance(earlier, list) else [earlier, value]
    shape = {"status": status, "headers": flat, **({} if whole else {"cut_off": True})}
    if len(body) > _LONG:
        return {**shape, "body_bytes": len(body), "body_sha256": hashlib.sha256(body).hexdigest()}
    try:
        return {**shape, "body": body.decode()}
    except UnicodeDecodeError:
        return {**shape, "body_b64": base64.b64encode(body).decode()}


def _is_open(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return bool(connection.recv(1))
    except TimeoutError:
        return True
