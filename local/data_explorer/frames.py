"""Answers of Azure Data Explorer in version 2 of the query protocol, as the service frames them."""

from __future__ import annotations

from typing import Any

MOST_ROWS = 500_000
_ROW_ERROR = {
    "code": "LimitsExceeded",
    "message": "Request is invalid and cannot be executed.",
    "@type": "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException",
    "@message": "Query execution has exceeded the allowed limits (80DA0003): Query result set has exceeded the internal"
    " record count limit (E_QUERY_RESULT_SET_TOO_LARGE; see https://aka.ms/kustoquerylimits).",
    "@permanent": False,
}


def frames(
    columns: list[tuple[str, str]], rows: list[Any], most: int = MOST_ROWS, *, progressive: bool = False
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


# Where tokens come from; the service tells it to anybody.
METADATA = {
    "AzureAD": {
        "LoginEndpoint": "https://login.microsoftonline.com",
        "LoginMfaRequired": False,
        "KustoClientAppId": "db662dc1-0cfe-4e1c-a843-19a68e65be58",
        "KustoClientRedirectUri": "https://microsoft/kustoclient",
        "KustoServiceResourceId": "https://kusto.kusto.windows.net",
        "FirstPartyAuthorityUrl": "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    }
}
