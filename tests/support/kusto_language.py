"""Microsoft's parser of Kusto's query language, from the npm registry: what it says about a text and its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from npm_program import NpmProgram

from local.tools.vendor import Package

_FILES = {"bridge.min.js": "bridge.min.js", "Kusto.Language.Bridge.min.js": "Kusto.Language.Bridge.min.js"}
PACKAGE = Package("@kusto/language-service-next", "12.4.1", _FILES)
PROGRAM = NpmProgram("Microsoft's parser of KQL", "kusto_language", PACKAGE)


def findings(texts: Mapping[str, str], tables: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """By name of the text, each diagnostic; tables as `{"name": "(column: type, …)"}`."""
    return PROGRAM.findings({"tables": tables, "texts": texts})
