"""Stand-ins for az, azd and the tools that talk to services, on the PATH of a dry run: strict about what they are told.

`shims.py NAME ARGUMENTS`: each call is written to $DRY_RUN/calls.jsonl; what the real program would refuse ends with 2.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NoReturn

HERE = Path(os.environ["DRY_RUN"])
ROOT = Path(__file__).parents[2]
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
# What each command must and may be given.
AZ: dict[str, tuple[set[str], set[str]]] = {
    "functionapp deployment source config-zip": (
        {"--subscription", "--resource-group", "--name", "--src", "--build-remote"},
        {"--output"},
    ),
    "functionapp function keys list": (
        {"--subscription", "--resource-group", "--name", "--function-name"},
        {"--query", "--output"},
    ),
    "deployment group create": (
        {"--subscription", "--resource-group", "--name", "--template-file", "--parameters"},
        {"--output"},
    ),
    "identity list": ({"--subscription", "--resource-group"}, {"--output"}),
    "role assignment list": ({"--subscription", "--all"}, {"--output"}),
    "role assignment delete": ({"--subscription", "--ids"}, {"--output"}),
    "resource list": ({"--subscription", "--resource-group", "--resource-type"}, {"--query", "--output"}),
    "resource delete": ({"--subscription", "--ids"}, {"--output"}),
    "eventgrid system-topic list": ({"--subscription", "--resource-group"}, {"--query", "--output"}),
}


OLD = "/subscriptions/x/providers/Microsoft.Authorization/roleAssignments/old"
# An alert that an earlier version made.
OLD_ALERT = "/subscriptions/x/providers/Microsoft.Insights/metricAlerts/mlops-backlog"


def _assignments(environment: str) -> list[dict[str, str]]:
    """One role that the table has, and one that an earlier version gave."""
    group = f"/subscriptions/x/resourceGroups/rg-mlops-{environment}/providers/"
    host = f"{group}Microsoft.Storage/storageAccounts/sthosts123"
    space = f"{group}Microsoft.MachineLearningServices/workspaces/mlw-mlops-{environment}"
    one = {"principalId": "p-score", "scope": host, "roleDefinitionName": "Storage Blob Data Owner", "id": "kept"}
    old = {"principalId": "p-score", "scope": space, "roleDefinitionName": "MLOps trainer (x)", "id": OLD}
    return [one] if _gone(OLD).exists() else [one, old]


# What these answer.
LISTED = {
    "identity list": lambda environment: [{"name": f"id-score-{environment}", "principalId": "p-score"}],
    "role assignment list": _assignments,
}


def refuse(reason: str) -> NoReturn:
    """As the real program: a line on standard error, and an exit code."""
    sys.stderr.write(f"stand-in: {reason}\n")
    sys.exit(2)


def outputs(environment: str) -> dict[str, str]:
    """What azd keeps of the deployment; every output of main.bicep has a value."""
    names = re.findall(r"^output (\w+) ", (ROOT / "infra" / "main.bicep").read_text(), re.MULTILINE)
    values = {name: f"{name.lower().replace('_', '-')}-{environment}" for name in names}
    # Texts that a shell would take apart if they were not quoted.
    return {
        **values,
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "MLOPS_ADMINISTRATORS_NAME": "mlops administrators",
        "IDENTITIES": '{"ingest":"id-ingest","cost":"$5 `x`"}',
    }


def options(words: list[str]) -> dict[str, list[str]]:
    """Each option with its values."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            if word in found:
                refuse(f"{word} is given twice")
            found[word] = []
        elif not found:
            refuse(f"unrecognized argument {word}")
        else:
            found[list(found)[-1]].append(word)
    return found


def az(words: list[str]) -> None:
    """Azure CLI."""
    command = next((one for one in AZ if words[: len(one.split())] == one.split()), "")
    if not command:
        refuse(f"az has no command {' '.join(words[:4])}")
    given = options(words[len(command.split()) :])
    must, may = AZ[command]
    if wrong := (must - given.keys()) | (given.keys() - must - may):
        refuse(f"az {command}: {sorted(wrong)} missing or unknown")
    known = outputs(os.environ["AZURE_ENV_NAME"])
    group = known["AZURE_RESOURCE_GROUP"]
    if given["--subscription"] != [SUBSCRIPTION] or given.get("--resource-group", [group]) != [group]:
        refuse("another subscription or resource group")
    if command in LISTED:
        sys.stdout.write(json.dumps(LISTED[command](os.environ["AZURE_ENV_NAME"])))
        return
    {"config-zip": _config_zip, "create": _create, "list": _list, "delete": _delete}[command.split()[-1]](given, known)


def _config_zip(given: dict[str, list[str]], known: dict[str, str]) -> None:
    if given["--name"][0] not in known.values():
        refuse(f"no app {given['--name']}")
    with zipfile.ZipFile(given["--src"][0]) as package:
        if not {"host.json", "function_app.py"} <= set(package.namelist()):
            refuse("the package is no function app")


def _create(given: dict[str, list[str]], known: dict[str, str]) -> None:
    template = Path(given["--template-file"][0])
    declared = set(re.findall(r"^param (\w+) ", template.read_text(), re.MULTILINE))
    parameters = dict(one.split("=", 1) for one in given["--parameters"])
    if foreign := parameters.keys() - declared:
        refuse(f"unknown parameters {sorted(foreign)}")
    if parameters["dataAccount"] != known["DATA_ACCOUNT"]:
        refuse("another account")
    # The functions are not known yet when it is asked for the first time.
    mark = HERE / f"subscribed-{os.environ['AZURE_ENV_NAME']}"
    if not mark.exists():
        mark.touch()
        refuse("The function data_event was not found")


def _list(given: dict[str, list[str]], known: dict[str, str]) -> None:
    if given.get("--resource-type") == ["Microsoft.Insights/metricAlerts"]:
        sys.stdout.write("" if _gone(OLD_ALERT).exists() else f"{OLD_ALERT}\n")
    elif "--function-name" in given:
        if given["--name"][0] not in known.values():
            refuse(f"no app {given['--name']}")
        sys.stdout.write(
            json.loads(os.environ.get("DRY_RUN_KEYS", "{}")).get(given["--function-name"][0], "key") + "\n"
        )


def _delete(given: dict[str, list[str]], known: dict[str, str]) -> None:
    del known
    if given["--ids"] not in ([OLD], [OLD_ALERT]):
        refuse("a role or a resource that is needed")
    _gone(given["--ids"][0]).touch()


def _gone(resource: str) -> Path:
    """The mark of what was deleted in this environment."""
    return HERE / f"deleted-{os.environ['AZURE_ENV_NAME']}-{resource.rpartition('/')[2]}"


def azd(words: list[str]) -> None:
    """Azure Developer CLI."""
    if words[:2] == ["auth", "login"]:
        if options(words[2:]).keys() != {"--client-id", "--federated-credential-provider", "--tenant-id"}:
            refuse("azd auth login")
    elif words == ["provision", "--no-prompt"]:
        _provision()
    elif words == ["env", "get-values"]:
        for name, value in outputs(os.environ["AZURE_ENV_NAME"]).items():
            quoted = re.sub(r'(["\\$`!])', r"\\\1", value)
            sys.stdout.write(f'{name}="{quoted}"\n')
    elif words != ["config", "set", "auth.useAzCliAuth", "true"]:
        refuse(f"azd has no command {' '.join(words)}")


def _provision() -> None:
    """The hook, then the parameters as azd fills them in: a name without a value and without a default is refused."""
    hook = re.search(r"preprovision:.*?run: (\S+)", (ROOT / "azure.yaml").read_text(), re.DOTALL)
    if hook is None or subprocess.run(["sh", ROOT / hook[1]], check=False).returncode:
        refuse("the hook preprovision failed")
    text = (ROOT / "infra" / "main.parameters.json").read_text()
    filled = {}
    for name, body in json.loads(text)["parameters"].items():
        variable, _, default = body["value"].strip("${}").partition("=")
        value = os.environ.get(variable) or default
        if not value and "=" not in body["value"]:
            refuse(f"{variable} has no value")
        filled[name] = value
    (HERE / f"parameters-{os.environ['AZURE_ENV_NAME']}.json").write_text(json.dumps(filled))


def python(words: list[str]) -> None:
    """The project's Python: what changes a database or a workspace is checked, and runs on this machine."""
    known = outputs(os.environ["AZURE_ENV_NAME"])
    if words[:2] == ["-m", "local.tools.odbc_driver"]:
        return
    if words == ["-m", "local.tools.stale_grants", os.environ["AZURE_ENV_NAME"]]:
        sys.exit(subprocess.run([sys.executable, *words], cwd=ROOT, check=False).returncode)
    if words[:3] == ["-m", "local.tools.migrations", "apply"]:
        given = options(words[3:])
        server = f"mssql+pyodbc://@{known['DATABASE_SERVER']}:1433/{known['DATABASE_NAME']}"
        if given != {
            "--users": [os.environ["AZURE_ENV_NAME"]],
            "--url": [f"{server}?driver=ODBC+Driver+18+for+SQL+Server"],
        }:
            refuse(f"migrations apply {given}")
        if "DRY_RUN_URL" in os.environ:
            url = f"sqlite:///{HERE / os.environ['AZURE_ENV_NAME']}.db"
            line = [sys.executable, "-m", "local.tools.migrations", "apply", "--url", url]
            sys.exit(subprocess.run(line, cwd=ROOT, check=False).returncode)
        return
    if words[:3] == ["-m", "model_training.pipeline", "publish"]:
        place = f"azureml:{SUBSCRIPTION}/{known['AZURE_RESOURCE_GROUP']}/{known['WORKSPACE_NAME']}"
        if words[3:] == [place] and os.environ["AZURE_CREDENTIAL"] == "cli":
            return
    refuse(f"python {' '.join(words)}")


def mlops(words: list[str]) -> None:
    """`mlops verify`: the addresses are checked; the real command then looks at the host of this machine."""
    known = outputs(os.environ["AZURE_ENV_NAME"])
    url = {app: f"https://{known[f'SERVICE_{app}_NAME']}.azurewebsites.net" for app in ("SCORE", "DEPLOY", "INGEST")}
    wanted = ["verify", url["SCORE"], "--operate-url", url["DEPLOY"], "--ingest-url", url["INGEST"], "--wait", "300"]
    if words[:-2] != wanted or words[-2] != "--junit":
        refuse(f"mlops {' '.join(words)}")
    if os.environ.get("DRY_RUN_URL"):
        line = [sys.executable, "-m", "local.cli", "verify", os.environ["DRY_RUN_URL"], "--wait", "0"]
        line += ["--junit", str(Path(words[-1]).absolute())]
        sys.exit(subprocess.run(line, cwd=ROOT, check=False).returncode)
    Path(words[-1]).parent.mkdir(parents=True, exist_ok=True)
    Path(words[-1]).write_text('<testsuite tests="1" failures="0"/>')


def make(words: list[str]) -> None:
    """`make package` gives the package that was made for all tests of a run; packages are installed already."""
    if words == ["package"]:
        Path("build").mkdir(exist_ok=True)
        shutil.copy(os.environ["DRY_RUN_PACKAGE"], "build/function-app.zip")
        return
    if words != ["setup"]:
        refuse(f"make {' '.join(words)}")


def odbcinst(words: list[str]) -> None:
    """Nobody installed a driver here."""
    del words
    sys.exit(1)


def nothing(words: list[str]) -> None:
    """Programs of the machine that a dry run does not need."""
    del words


if __name__ == "__main__":
    name, arguments = sys.argv[1], sys.argv[2:]
    entry = {"call": [name, *arguments], "environment": os.environ.get("AZURE_ENV_NAME", "")}
    with (HERE / "calls.jsonl").open("a") as journal:
        journal.write(json.dumps(entry) + "\n")
    {"az": az, "azd": azd, "python": python, "mlops": mlops, "make": make, "odbcinst": odbcinst}.get(name, nothing)(
        arguments
    )
