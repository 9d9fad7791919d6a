"""A stand-in for SQL Server on loopback, in a process of its own: Microsoft's ODBC driver logs in and talks to it.

It stores nothing. It keeps what was sent, counts round trips and bytes, answers a SELECT with the columns it asks for
and the rows a test has given, and fails when told to: with an error number, or by ending the connection.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import sqlglot

PRELOGIN, LOGIN, BATCH, RPC, ATTENTION, TRANSACTION = 0x12, 0x10, 0x01, 0x03, 0x06, 0x0E
KINDS = {LOGIN: "login", BATCH: "batch", RPC: "rpc", TRANSACTION: "transaction"}
_PROCEDURES = {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}
_COLLATION = bytes([0x09, 0x04, 0xD0, 0x00, 0x34])
_DONE, _DONE_PROC, _DONE_IN_PROC = 0xFD, 0xFE, 0xFF
_MORE, _ERROR, _COUNT, _ATTENTION = 0x1, 0x2, 0x10, 0x20
_NONE16, _NONE64, _PIECES = 0xFFFF, 0xFFFFFFFFFFFFFFFF, 0xFFFF


class TdsDouble:
    """The test's end: what was sent, what to answer, what to fail."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._ask({"do": "port"}))

    def fail(self, when: str, number: int, *, nth: int = 1, times: int = 1) -> None:
        """Answer the n-th statement that matches, and those that follow it, with that error; `login` is one too."""
        self._ask({"do": "rule", "when": when, "number": number, "nth": nth, "times": times})

    def drop(self, when: str, *, nth: int = 1) -> None:
        """End the connection at the n-th statement that matches instead of answering."""
        self._ask({"do": "rule", "when": when, "number": 0, "nth": nth, "times": 1})

    def renumber(self, when: str) -> None:
        """End the transaction unseen at the next statement that matches, as a failed description does."""
        self._ask({"do": "rule", "when": when, "number": -1, "nth": 1, "times": 1})

    def answer(self, when: str, rows: Sequence[Sequence[Any]], names: Sequence[str] = ()) -> None:
        """The rows of every SELECT that matches."""
        self._ask({"do": "answer", "when": when, "rows": rows, "names": names})

    def forget(self) -> None:
        """Count from zero; what to answer stays, what to fail does not."""
        self._ask({"do": "forget"})

    def seen(self) -> Seen:
        """Everything since the last `forget`."""
        return Seen(**self._ask({"do": "seen"}))

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@dataclass(slots=True)
class Seen:
    """What the server saw."""

    statements: list[str] = field(default_factory=list)
    rounds: int = 0
    received: int = 0
    rows: int = 0
    texts: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)


@contextmanager
def tds_double() -> Iterator[TdsDouble]:
    """A running double; the driver keeps Python's lock in some calls, so it must not live in this process."""
    line = [sys.executable, str(Path(__file__))]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield TdsDouble(process)
    finally:
        process.communicate(timeout=300)


class _Gone(Exception):
    """The connection ends here."""


@dataclass(slots=True)
class _Rule:
    when: re.Pattern[str]
    number: int
    nth: int
    times: int

    def hits(self, statement: str) -> bool:
        if not self.when.search(statement) or self.times == 0:
            return False
        self.nth -= 1
        if self.nth > 0:
            return False
        self.times -= 1
        return True


class _Server:
    """The server's end."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.seen = Seen()
        self.rules: list[_Rule] = []
        self.answers: list[tuple[re.Pattern[str], list[list[Any]], list[str]]] = []
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        session = _Session()
        with client, suppress(_Gone, OSError):
            while True:
                kind, body = _message(client)
                with self.lock:
                    answer = self._safe(kind, body, session)
                _send(client, answer)

    def _safe(self, kind: int, body: bytes, session: _Session) -> bytes:
        try:
            return self._answer(kind, body, session)
        except _Refusal as refused:
            return _error(refused.number)
        except (ValueError, struct.error) as error:
            self.seen.not_understood.append(f"{error}: {body[:80].hex()}")
            raise _Gone from error

    def _answer(self, kind: int, body: bytes, session: _Session) -> bytes:
        if kind == PRELOGIN:
            return _prelogin(body)
        if kind == ATTENTION:
            return _done(_DONE, _ATTENTION)
        self.seen.rounds += 1
        self.seen.received += len(body)
        if kind == LOGIN:
            self.seen.logins.append(_login(body))
            return self._refused("login") or _welcome()
        if kind == BATCH:
            return self._batch(_after_headers(body).decode("utf-16-le"), session)
        if kind == RPC:
            return self._rpc(body, session)
        if kind == TRANSACTION:
            return self._transaction(body, session)
        self.seen.not_understood.append(f"message {kind:#x}")
        raise _Gone

    def _batch(self, statement: str, session: _Session) -> bytes:
        return self._run(statement, session, _DONE, last=True)

    def _run(self, statement: str, session: _Session, done: int, *, last: bool) -> bytes:
        """Keep it; its error, or its rows, and the end of each of its statements (MS-TDS 2.2.7.7)."""
        self.seen.statements.append(statement)
        if "sp_describe_undeclared_parameters" in statement and "#" in statement:
            raise _Refusal(11501)
        self._refused(statement, session)
        parts = [part.strip() for part in re.split(r";(?=(?:[^']*'[^']*')*[^']*$)", statement) if part.strip()]
        rows = self._rows(statement, session)
        reading = max((n for n, part in enumerate(parts) if _asks(part)), default=len(parts) - 1)
        out = b""
        for number, part in enumerate(parts or [""]):
            session.follow(part)
            more = 0 if last and number == len(parts or [""]) - 1 else _MORE
            counts = _COUNT if _concerns_rows(part) and not session.silent else 0
            out += (rows if number == reading else b"") + _done(done, more | counts, 1)
        return out

    def _refused(self, statement: str, session: _Session | None = None) -> bytes:
        rule = next((one for one in self.rules if one.hits(statement)), None)
        if rule is None:
            return b""
        if session is not None and rule.number < 0:
            session.transaction += 1
            return b""
        if not rule.number:
            raise _Gone
        raise _Refusal(rule.number)

    def _rows(self, statement: str, session: _Session) -> bytes:
        if "CURRENT_TRANSACTION_ID()" in statement:
            return _result(["id"], [[session.transaction]])
        for when, rows, names in self.answers:
            if when.search(statement):
                return _result(names or _names(statement, len(rows[0]) if rows else 1), rows)
        names = _names(statement, 0)
        return _result(names, []) if names else b""

    def _transaction(self, body: bytes, session: _Session) -> bytes:
        kind = struct.unpack_from("<H", _after_headers(body))[0]
        number = struct.pack("<Q", 1)
        name = {5: "BEGIN", 7: "COMMIT", 8: "ROLLBACK"}.get(kind, f"transaction request {kind}")
        self.seen.statements.append(name)
        self._refused(name)
        if kind == 5:
            session.transaction += 1
            return _change(8, bytes([8]) + number, b"\0") + _done(_DONE)
        return _change(9 if kind == 7 else 10, b"\0", bytes([8]) + number) + _done(_DONE)

    def _rpc(self, body: bytes, session: _Session) -> bytes:
        reader, out = _Reader(_after_headers(body)), b""
        calls = 0
        while not reader.at_end():
            call = reader.call()
            calls += 1
            self.seen.texts += call.texts
            out += self._called(call, session, last=reader.at_end())
        self.seen.rows += calls
        return out

    def _called(self, call: _Call, session: _Session, *, last: bool) -> bytes:
        more = 0 if last else _MORE
        if call.statement:
            body = self._run(call.statement, session, _DONE_IN_PROC, last=False)
        else:
            self.seen.statements.append(call.name)
            body = self._refused(call.name)
        handle = b""
        if call.handle is not None:
            one = b"\x26\x04\x04" + struct.pack("<i", 1)
            handle = bytes([0xAC, 0, 0]) + _short(call.handle) + b"\x01" + bytes(6) + one
        return body + bytes([0x79]) + bytes(4) + handle + _done(_DONE_PROC, more)


@dataclass(slots=True)
class _Session:
    """What a connection has set: whether counts are left out, and the number of its transaction."""

    silent: bool = False
    transaction: int = 1

    def follow(self, part: str) -> None:
        """Take over what the statement sets."""
        if told := re.match(r"SET\s+NOCOUNT\s+(ON|OFF)", part, re.IGNORECASE):
            self.silent = told[1].upper() == "ON"


def _asks(part: str) -> bool:
    return re.match(r"SELECT|WITH", part, re.IGNORECASE) is not None or " OUTPUT " in part


def _concerns_rows(part: str) -> bool:
    return re.match(r"SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|TRUNCATE", part, re.IGNORECASE) is not None


class _Refusal(Exception):
    """An error of the server, by number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(slots=True)
class _Call:
    """One procedure of a message: its name, the statement among its parameters, the name of a handle it gives back."""

    name: str
    statement: str
    handle: str | None
    texts: list[str]


class _Reader:
    """Walks over the calls of an RPC message."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def at_end(self) -> bool:
        return self.at >= len(self.data)

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise ValueError("the message ends early")
        part = self.data[self.at : self.at + size]
        self.at += size
        return part

    def number(self, layout: str) -> int:
        return int(struct.unpack(layout, self.take(struct.calcsize(layout)))[0])

    def words(self, count: int) -> str:
        return self.take(2 * count).decode("utf-16-le")

    def call(self) -> _Call:
        length = self.number("<H")
        name = _PROCEDURES.get(self.number("<H"), "?") if length == _NONE16 else self.words(length)
        self.number("<H")
        texts, handle = [], None
        while not self.at_end() and self.data[self.at] not in (0xFF, 0x80):
            called = self.words(self.number("B"))
            is_output = self.number("B") & 1
            value = self.value()
            if is_output:
                handle = called
            if isinstance(value, str):
                texts.append(value)
        if not self.at_end():
            self.take(1)
        statement = ""
        if name in ("sp_prepexec", "sp_prepare"):
            statement = texts[1] if len(texts) > 1 else ""
        elif name == "sp_executesql":
            statement = texts[0]
        return _Call(name, statement, handle, texts)

    def value(self) -> Any:
        kind = self.number("B")
        if kind in (0x26, 0x6D, 0x68, 0x6E, 0x6F, 0x24):  # numbers and identifiers of a given size
            self.take(1)
            return int.from_bytes(self.take(self.number("B")), "little")
        if kind in (0x6A, 0x6C):  # decimals
            self.take(3)
            return self.take(self.number("B"))
        if kind in (0x29, 0x2A, 0x2B):  # times with a scale
            self.take(1)
            return self.take(self.number("B"))
        if kind == 0x28:
            return self.take(self.number("B"))
        if kind in (0xE7, 0xEF, 0xA7, 0xAF, 0xA5, 0xAD):  # text and bytes
            return self._text(kind)
        if kind == 0x63:  # long text
            self.take(9)
            return self.take(self.number("<I")).decode("utf-16-le")
        raise ValueError(f"a parameter of type {kind:#x}")

    def _text(self, kind: int) -> Any:
        longest = self.number("<H")
        if kind not in (0xA5, 0xAD):
            self.take(5)
        if longest == _PIECES:
            data = self._pieces()
        else:
            size = self.number("<H")
            data = None if size == _NONE16 else self.take(size)
        if data is None or kind in (0xA5, 0xAD):
            return data
        # What is sent as VARCHAR has gone through the database's code page: other letters are lost.
        return data.decode("utf-16-le") if kind in (0xE7, 0xEF) else data.decode("cp1252", "replace")

    def _pieces(self) -> bytes | None:
        if self.number("<Q") == _NONE64:
            return None
        data = b""
        while size := self.number("<I"):
            data += self.take(size)
        return data


def _message(client: socket.socket) -> tuple[int, bytes]:
    """A whole message: its kind and its packets' contents."""
    body = bytearray()
    while True:
        head = _exactly(client, 8)
        body += _exactly(client, struct.unpack(">H", head[2:4])[0] - 8)
        if head[1] & 1:
            return head[0], bytes(body)


def _exactly(client: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = client.recv(size - len(data))
        if not part:
            raise _Gone
        data += part
    return bytes(data)


def _send(client: socket.socket, answer: bytes, size: int = 4088) -> None:
    parts = [answer[at : at + size] for at in range(0, len(answer), size)] or [b""]
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        client.sendall(struct.pack(">BBHHBB", 4, int(last), len(part) + 8, 0, (place + 1) & 255, 0) + part)


def _after_headers(body: bytes) -> bytes:
    return body[struct.unpack_from("<I", body)[0] :]


def _prelogin(asked: bytes) -> bytes:
    """Version, no encryption, nothing else; a token is welcome to a client that has one."""
    options = [(0, bytes([16, 0, 0, 0, 0, 0])), (1, b"\x02"), (2, b"\0"), (3, b""), (4, b"\0")]
    if 6 in asked[: asked.index(b"\xff") : 5]:
        options.append((6, b"\x01"))
    offset, head, data = 5 * len(options) + 1, b"", b""
    for name, value in options:
        head += struct.pack(">BHH", name, offset + len(data), len(value))
        data += value
    return head + b"\xff" + data


def _login(body: bytes) -> str:
    """The user's name; `token:<the token>` when there is one among the features."""
    offset, length = struct.unpack_from("<HH", body, 40)
    user = body[offset : offset + 2 * length].decode("utf-16-le")
    if not body[27] & 0x10:
        return user
    at = struct.unpack_from("<I", body, struct.unpack_from("<H", body, 56)[0])[0]
    while body[at] != 0xFF:
        size = struct.unpack_from("<I", body, at + 1)[0]
        if body[at] == 2:
            data = body[at + 5 : at + 5 + size]
            return "token:" + data[5 : 5 + struct.unpack_from("<I", data, 1)[0]].decode("utf-16-le")
        at += 5 + size
    return user


def _welcome() -> bytes:
    out = _change(1, _short("mlops"), _short("")) + _change(7, bytes([5]) + _COLLATION, b"\0")
    out += _change(4, _short("4096"), _short("4096"))
    said = b"\x01" + b"\x74\x00\x00\x04" + _short("Microsoft SQL Server") + bytes([16, 0, 0x10, 0])
    return out + _token(0xAD, said) + _done(_DONE)


def _token(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + struct.pack("<H", len(body)) + body


def _change(kind: int, new: bytes, old: bytes) -> bytes:
    return _token(0xE3, bytes([kind]) + new + old)


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _done(kind: int, status: int = 0, rows: int = 0) -> bytes:
    return bytes([kind]) + struct.pack("<HHQ", status, 0, rows)


def _error(number: int) -> bytes:
    text = f"The double was told to fail with {number}."
    body = struct.pack("<IBB", number, 1, 16) + struct.pack("<H", len(text)) + text.encode("utf-16-le")
    return _token(0xAA, body + _short("double") + _short("") + struct.pack("<I", 1)) + _done(_DONE, _ERROR)


def _result(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Columns of whole numbers or of times (as ISO texts) where the first row has some, of text elsewhere."""
    kinds = [_kind(rows[0][place] if rows else "") for place in range(len(names))]
    out = bytes([0x81]) + struct.pack("<H", len(names))
    for name, kind in zip(names, kinds, strict=True):
        out += bytes(4) + struct.pack("<H", 1) + _TYPES[kind] + _short(name)
    for row in rows:
        out += b"\xd1" + b"".join(_cell(value, kind) for value, kind in zip(row, kinds, strict=True))
    return out


_TYPES = {"whole": b"\x26\x08", "time": b"\x2a\x07", "text": b"\xe7" + struct.pack("<H", 8000) + _COLLATION}


def _kind(value: Any) -> str:
    if isinstance(value, int):
        return "whole"
    return "time" if re.match(r"\d{4}-\d\d-\d\dT", str(value)) else "text"


def _cell(value: Any, kind: str) -> bytes:
    if kind == "whole":
        return b"\x08" + struct.pack("<q", value)
    if kind == "time":
        at = datetime.fromisoformat(value)
        ticks = round((at - at.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds() * 10**7)
        return b"\x08" + ticks.to_bytes(5, "little") + (at.toordinal() - 1).to_bytes(3, "little")
    if value is None:
        return struct.pack("<H", _NONE16)
    data = str(value).encode("utf-16-le")
    return struct.pack("<H", len(data)) + data


def _names(statement: str, count: int) -> list[str]:
    """The columns a statement answers with."""
    if count:
        return [f"column{place}" for place in range(count)]
    if " OUTPUT " in statement or statement.lstrip().upper().startswith("SELECT"):
        with suppress(sqlglot.errors.SqlglotError):
            parsed = sqlglot.parse_one(re.sub(r"@P\d+|\?", "NULL", statement), read="tsql")
            if isinstance(parsed, sqlglot.exp.Query):
                return [name or "column" for name in (one.alias_or_name for one in parsed.selects)]
    return []


def main() -> NoReturn:
    """Answer the test's questions, one JSON line each, until there are no more."""
    server = _Server()
    for line in sys.stdin:
        question = json.loads(line)
        with server.lock:
            print(json.dumps(_told(server, question)), flush=True)  # noqa: T201 - the answer
    sys.exit()


def _told(server: _Server, question: dict[str, Any]) -> Any:
    what = question.pop("do")
    if what == "port":
        return server.listener.getsockname()[1]
    if what == "seen":
        seen = server.seen
        return {name: getattr(seen, name) for name in Seen.__slots__}
    if what == "forget":
        server.seen, server.rules = Seen(), []
    elif what == "rule":
        server.rules.append(_Rule(**{**question, "when": re.compile(question["when"], re.IGNORECASE | re.DOTALL)}))
    elif what == "answer":
        when = re.compile(question["when"], re.IGNORECASE | re.DOTALL)
        server.answers.insert(0, (when, question["rows"], question["names"]))
    return None


if __name__ == "__main__":
    main()
