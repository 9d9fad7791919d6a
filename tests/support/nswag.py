"""NSwag, which needs a runtime of .NET, and its clients in C#, which need Mono."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "clients"
NODE, DOTNET = FOLDER / "node", FOLDER / "dotnet"
# The program asks for the web framework, which only its other commands use.
RUNTIME = {
    "runtimeOptions": {
        "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
        "configProperties": {"System.Globalization.Invariant": True},
    }
}
REFERENCES = ("System.Net.Http", "System.Runtime.Serialization", "System.ComponentModel.DataAnnotations")
OPTIONS = (
    "/classname:Client", "/namespace:Made", "/operationGenerationMode:SingleClientFromOperationId",
    "/injectHttpClient:true", "/wrapResponses:true", "/generateOptionalPropertiesAsNullable:true",
)  # fmt: skip


def runtime() -> Path | None:
    """The program that runs programs of .NET; None where its package has none for this machine."""
    found = next(iter(sorted(DOTNET.rglob("dotnetcore2/bin/dotnet"))), None)
    if found is not None:
        found.chmod(0o755)
    return found


def has_compiler() -> bool:
    """Whether Mono's compiler and runtime are on the path."""
    return bool(shutil.which("mcs") and shutil.which("mono"))


def generate(described: Path) -> Path:
    """The client in C# for that description."""
    program, made = runtime(), described.with_name("Made.cs")
    assert program is not None
    settings = described.with_name("runtime.json")
    settings.write_text(json.dumps(RUNTIME))
    nswag = NODE / "node_modules" / "nswag" / "bin" / "binaries" / "NetCore21" / "dotnet-nswag.dll"
    line = [program, "exec", "--runtimeconfig", settings, nswag, "openapi2csclient", f"/input:{described.name}"]
    run([*line, *OPTIONS, f"/output:{made.name}"], described.parent)
    return made


def compiled(*sources: Path) -> Path:
    """One program of those sources."""
    place = sources[0].parent
    binaries = NODE / "node_modules" / "nswag" / "bin" / "binaries" / "Win"
    shutil.copy(binaries / "Newtonsoft.Json.dll", place)
    references = [f"-r:{name}" for name in (*REFERENCES, "Newtonsoft.Json.dll")]
    run(["mcs", "-nowarn:0162", "-langversion:latest", "-out:call.exe", *references, *sources], place)
    return place / "call.exe"


def run(line: list[object], place: Path) -> str:
    """What the program prints; an error is the test's."""
    environ = {**os.environ, "DOTNET_CLI_TELEMETRY_OPTOUT": "1"}
    words = [str(one) for one in line]
    done = subprocess.run(words, cwd=place, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
