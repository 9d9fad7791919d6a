"""A stand-in for a cluster of Azure Data Explorer: https on loopback, v2 of the query protocol, faults on demand.

Microsoft's own client talks to it. It is no engine: it knows the shape of the few queries that are asked, refuses every
other one, and answers from rows in memory with the parameters that came bound. A request whose parameters are not those
that its text declares, in the form of their type, is answered with 400 as the service does.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DATABASE = "telemetry"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_LITERALS = {"datetime": r"datetime\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\)", "long": r"long\((-?\d+)\)"}
_ALLOWED = re.compile(r'gettype\(payload\["([^"]+)"\]\) !in \(([^)]*)\)')
_FIELD = re.compile(r'\s+\["(?P<name>[^"]+)"\] = (?P<read>to\w+)\(payload\["(?P<key>[^"]+)"\]\)')
_ROW_ERROR = {
    "code": "LimitsExceeded",
    "message": "Request is invalid and cannot be executed.",
    "@type": "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException",
    "@message": "Query execution has exceeded the allowed limits (80DA0003): Query result set has exceeded the internal"
    " record count limit (E_QUERY_RESULT_SET_TOO_LARGE; see https://aka.ms/kustoquerylimits).",
    "@permanent": False,
}
_FAILED = {
    "code": "Internal service error",
    "message": "Request aborted due to an internal service error.",
    "@type": "Kusto.DataNode.Exceptions.NodeFailureException",
    "@message": "A node failed while the query ran.",
    "@permanent": False,
}


@dataclass(frozen=True)
class Row:
    """A message and when it was ingested, in tenths of microseconds since 1970; None where the policy is off."""

    ticks: int | None
    payload: Mapping[str, Any]


@dataclass
class Fault:
    """What the next query gets instead of its answer: a status, or an answer that is spoilt by `spoil`."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    document: Any = None
    spoil: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = None
    keep: float = 1.0
    reset: bool = False


class Cluster:
    """The cluster. `asked` lists every query with its bound parameters; `progressive` answers in fragments."""

    def __init__(self) -> None:
        self.url = ""
        self.reset()

    def reset(self) -> None:
        """Empty, healthy, at noon."""
        self.tables: dict[str, list[Row]] = {}
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.progressive = False
        self.most_rows = 500_000
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    def ingest(self, table: str, payloads: list[Mapping[str, Any]], at: datetime, extra_ticks: int = 0) -> None:
        """One batch, all with the same ingestion time."""
        ticks = (at - EPOCH) // _TICK * 10 + extra_ticks
        self.tables.setdefault(table, []).extend(Row(ticks, payload) for payload in payloads)

    def answer(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and document of one query."""
        text = str(body["csl"])
        properties = json.loads(body["properties"])
        self.asked.append((text, properties["Parameters"]))
        try:
            self._check(body["db"], text, properties["Options"])
            columns, rows = self._evaluate(text, _bound(text, properties["Parameters"]))
        except ValueError as error:
            return 400, bad_request(str(error))
        return 200, frames(columns, rows, self.most_rows, progressive=self.progressive)

    def _check(self, database: str, text: str, options: Mapping[str, Any]) -> None:
        table = _table(text)
        if database != DATABASE or options.get("request_readonly") is not True:
            raise ValueError(f"database {database!r} was not found, or the request may write")
        if table not in self.tables:
            raise ValueError(f"Semantic error: SEM0100: Failed to resolve table expression named '{table}'")

    def _evaluate(self, text: str, bound: Mapping[str, int]) -> tuple[list[tuple[str, str]], list[Any]]:
        rows = self.tables[_table(text)]
        if "| where isnull(ingestion_time())" in text:
            return [("row_count", "long")], [[sum(row.ticks is None for row in rows)]]
        if "< now() - lag_ms * 1ms" in text:
            latest = (self.now - EPOCH) // _TICK * 10 - bound["lag_ms"] * 10_000
            return _summary([row for row in rows if row.ticks is not None and bound["from_time"] <= row.ticks < latest])
        assert "| where ingestion_time() >= from_time and ingestion_time() < to_time" in text
        found = [row for row in rows if row.ticks is not None and bound["from_time"] <= row.ticks < bound["to_time"]]
        if "| project" in text:
            return _projected(text, found, bound)
        columns, (values,) = _summary(found)
        return (columns, [values]) if "byte_count" in text else (columns[:1], [values[:1]])


def _table(text: str) -> str:
    """The quoted name in the line after the declared parameters."""
    return str(json.loads(re.sub(r"^declare [^;]*;\n", "", text).partition("\n")[0])[0])


def _bound(text: str, parameters: Mapping[str, str]) -> dict[str, int]:
    """The parameters by name as whole numbers; ValueError when they are not those the text declares."""
    declared = re.match(r"declare query_parameters\(([^)]*)\);\n", text)
    kinds = dict(one.strip().split(":") for one in declared[1].split(",")) if declared else {}
    if kinds.keys() != parameters.keys():
        raise ValueError(f"parameters {sorted(parameters)} are bound and {sorted(kinds)} are declared")
    bound = {}
    for name, kind in kinds.items():
        found = re.fullmatch(_LITERALS[kind], parameters[name])
        if found is None:
            raise ValueError(f"parameter {name} is no {kind}: {parameters[name]}")
        bound[name] = int(found[1]) if kind == "long" else (datetime.fromisoformat(found[1]) - EPOCH) // _TICK * 10
    return bound


def _summary(rows: list[Row]) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    columns = [("row_count", "long"), ("byte_count", "long"), ("oldest", "datetime"), ("newest", "datetime")]
    times = [row.ticks for row in rows if row.ticks is not None]
    size = sum(len(json.dumps(row.payload)) for row in rows)
    return columns, [[len(rows), size, _time(min(times)) if times else None, _time(max(times)) if times else None]]


def _projected(text: str, rows: list[Row], bound: Mapping[str, int]) -> tuple[list[tuple[str, str]], list[Any]]:
    fields = [found.groups() for line in text.split("\n") if (found := _FIELD.match(line))]
    allowed = {key: json.loads(f"[{kinds}]") for key, kinds in _ALLOWED.findall(text)}
    types = {"todouble": "real", "tolong": "long", "tostring": "string", "todatetime": "datetime"}
    parts, part = bound["parts"], bound["part"]
    wanted = [row for row in rows if parts == 1 or zlib.crc32(json.dumps(row.payload).encode()) % parts == part]
    columns = [("_ingested", "datetime"), *((name, types[read]) for name, read, _ in fields), ("_odd", "string")]
    # The service promises no order.
    return columns, [
        [
            _time(row.ticks or 0),
            *(_read(row.payload.get(key), read) for _, read, key in fields),
            _odd(row, fields, allowed),
        ]
        for row in sorted(wanted, key=lambda row: zlib.crc32(json.dumps(row.payload).encode()))
    ]


def _read(value: Any, read: str) -> Any:
    if read == "tostring":
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)
    try:
        if value is None or read == "todatetime":
            return value and datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        return float(value) if read == "todouble" else int(float(value))
    except (TypeError, ValueError):
        return None


def _odd(row: Row, fields: list[Any], allowed: Mapping[str, list[str]]) -> str:
    """The whole message where the query's own condition is true of it."""
    for _, read, key in fields:
        value = row.payload.get(key)
        wrong = key in allowed and _gettype(value) not in allowed[key]
        if wrong or (read == "todatetime" and value is not None and _read(value, read) is None):
            return json.dumps(row.payload)
    return ""


def _gettype(value: Any) -> str:
    """What the documentation of the function of this name says of values inside a dynamic one."""
    return {
        "NoneType": "null",
        "int": "long",
        "float": "real",
        "str": "string",
        "dict": "dictionary",
        "list": "array",
    }.get(type(value).__name__, "bool")


def _time(ticks: int) -> str:
    """As the service writes times: seven digits of a second, none when they are zero."""
    seconds, rest = divmod(ticks, 10_000_000)
    whole = (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{rest:07}Z" if rest else f"{whole}Z"


def frames(
    columns: list[tuple[str, str]], rows: list[Any], most: int = 500_000, *, progressive: bool = False
) -> list[dict[str, Any]]:
    """An answer as the service frames it; over the limit it breaks off, with the error in the data and at the end."""
    over = [{"OneApiErrors": [{"error": _ROW_ERROR}]}] if len(rows) > most else []
    shown = rows[:most]
    head = {"FrameType": "DataSetHeader", "IsProgressive": progressive, "Version": "v2.0"}
    primary = {"TableId": 1, "TableKind": "PrimaryResult", "TableName": "PrimaryResult", "Columns": _typed(columns)}
    if progressive:
        half = len(shown) // 2
        middle = [
            {"FrameType": "TableHeader", **primary},
            # What was known at first is replaced.
            _fragment("DataAppend", shown[:1]),
            {"FrameType": "TableProgress", "TableId": 1, "TableProgress": 20.0},
            _fragment("DataReplace", shown[:half]),
            {"FrameType": "TableProgress", "TableId": 1, "TableProgress": 60.0},
            _fragment("DataAppend", [*shown[half:], *over]),
            {"FrameType": "TableCompletion", "TableId": 1, "RowCount": len(shown)},
        ]
    else:
        middle = [{"FrameType": "DataTable", **primary, "Rows": [*shown, *over]}]
    end = {"FrameType": "DataSetCompletion", "HasErrors": bool(over), "Cancelled": False}
    errors = {"OneApiErrors": [{"error": _ROW_ERROR}]} if over else {}
    return [head, _QUERY_PROPERTIES, *middle, _COMPLETION_INFORMATION, {**end, **errors}]


def _fragment(kind: str, rows: list[Any]) -> dict[str, Any]:
    return {"FrameType": "TableFragment", "TableId": 1, "TableFragmentType": kind, "Rows": rows}


def _typed(columns: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"ColumnName": name, "ColumnType": kind} for name, kind in columns]


_QUERY_PROPERTIES = {
    "FrameType": "DataTable",
    "TableId": 0,
    "TableKind": "QueryProperties",
    "TableName": "@ExtendedProperties",
    "Columns": _typed([("TableId", "int"), ("Key", "string"), ("Value", "dynamic")]),
    "Rows": [[1, "Visualization", '{"Visualization":null,"Title":null}']],
}
_COMPLETION_INFORMATION = {
    "FrameType": "DataTable",
    "TableId": 2,
    "TableKind": "QueryCompletionInformation",
    "TableName": "QueryCompletionInformation",
    "Columns": _typed([("ClientRequestId", "string"), ("Level", "int"), ("StatusCode", "int"), ("Payload", "string")]),
    "Rows": [["KPC.execute;1", 4, 0, '{"Count":1,"Text":"Query completed successfully"}']],
}


def bad_request(message: str) -> dict[str, Any]:
    """A refusal as the service writes it."""
    return {
        "error": {
            "code": "General_BadRequest",
            "message": "Request is invalid and cannot be executed.",
            "@type": "Kusto.Data.Exceptions.KustoBadRequestException",
            "@message": f"Request is invalid and cannot be processed: {message}",
            "@permanent": True,
        }
    }


def fails_at_the_end(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Part of the rows, and only the last frame says that they are not all."""
    rows = [
        {**frame, "Rows": frame["Rows"][:1]} if frame.get("TableKind") == "PrimaryResult" and "Rows" in frame else frame
        for frame in answer
    ]
    return [*rows[:-1], {**rows[-1], "HasErrors": True, "OneApiErrors": [{"error": _FAILED}]}]


def without_end(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Valid JSON, but the last frame is missing."""
    return answer[:-1]


def without_fragment(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One fragment of a progressive answer is lost."""
    last = max(place for place, frame in enumerate(answer) if frame["FrameType"] == "TableFragment")
    return [*answer[:last], *answer[last + 1 :]]


def cancelled(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The query was cancelled midway."""
    return [*answer[:-1], {**answer[-1], "Cancelled": True}]


@contextmanager
def kusto_cluster(certificate: tuple[Path, Path]) -> Iterator[Cluster]:
    """A cluster that listens on loopback with that certificate and key."""
    cluster = Cluster()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one piece: in two, the second waits for the peer to acknowledge the first.
        wbufsize = -1

        def do_GET(self) -> None:
            """Where tokens come from; the service tells it to anybody."""
            known = self.path == "/v1/rest/auth/metadata"
            self._send(200 if known else 404, {}, json.dumps(_METADATA if known else None).encode(), 1.0)

        def do_POST(self) -> None:
            """A query."""
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if not re.fullmatch(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", self.headers.get("authorization", "")):
                self._send(401, {}, b"a token is needed", 1.0)
                return
            status, document = cluster.answer(json.loads(body)) if self.path == "/v2/rest/query" else (404, None)
            fault = cluster.faults.pop(0) if cluster.faults else Fault()
            if fault.reset:
                self.close_connection = True
                self.connection.close()
                return
            if fault.status != 200:
                status, document = fault.status, fault.document
            if fault.spoil:
                document = fault.spoil(document)
            self._send(status, fault.headers, json.dumps(document).encode(), fault.keep)

        def _send(self, status: int, headers: Mapping[str, str], content: bytes, keep: float) -> None:
            content = content[: int(len(content) * keep)]
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    cluster.url = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield cluster
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_METADATA = {
    "AzureAD": {
        "LoginEndpoint": "https://login.microsoftonline.com",
        "LoginMfaRequired": False,
        "KustoClientAppId": "db662dc1-0cfe-4e1c-a843-19a68e65be58",
        "KustoClientRedirectUri": "https://microsoft/kustoclient",
        "KustoServiceResourceId": "https://kusto.kusto.windows.net",
        "FirstPartyAuthorityUrl": "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    }
}
