"""`mlops scenario check`, `show` and `export`, and `mlops generate`: what a declared scenario is like without data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from local.console.generated_files import Draw, write_generated
from local.console.new_files import check_folder, check_new_files, check_no_folder
from local.console.options import Json, ScenarioName
from local.console.output import as_facts, as_json, as_table, out
from local.console.session import Session
from shared.bootstrap.whole_files import write_whole
from shared.core.errors import BadInput
from shared.core.scenario import Column, GeneratorOptions, Scenario, Table
from shared.core.wording import counted

EXIT_FOUND = 3
_GENERATED, _SAMPLE = 1_000, 10
_MOST_SEED, _MOST_DRIFT, _MOST_ROWS = 2**32 - 1, 100, 10_000_000


def check(scenario: ScenarioName, json: Json = False) -> None:
    """Say what is wrong with a declared scenario, as far as it can be known without its data."""
    session = Session()
    declared = session.scenario(scenario)
    # Imported here: other verbs need no training library.
    from local.authoring.checks import check_scenario

    found = check_scenario(declared, session.ports.datasets.tables)
    if json:
        as_json({"scenario": scenario, "checks": [{"what": name, "problem": told} for name, told in found.items()]})
    else:
        as_facts(f"Scenario {scenario}", {"declaration": "ok"} | {name: told or "ok" for name, told in found.items()})
    raise typer.Exit(EXIT_FOUND if any(found.values()) else 0)


def show(
    scenario: ScenarioName,
    sample: Annotated[Path | None, typer.Option(help="Write ten generated rows with answers to this CSV file.")] = None,
    json: Json = False,
) -> None:
    """Show the columns that a file needs, and write a sample file."""
    session = Session()
    declared = session.scenario(scenario)
    rows = {table.name: [_needs(declared, table, column) for column in table.columns] for table in declared.tables}
    written = _write_sample(declared, sample) if sample else []
    if json:
        as_json({"scenario": scenario, "title": declared.title, "tables": rows, "sample": written})
        return
    out.print(f"{scenario}: {declared.title}", markup=False, style="bold")
    for name, columns in rows.items():
        lines = [[one["column"], one["kind"], one["needed"], one["accepted"]] for one in columns]
        as_table(f"Table {name}", ("column", "kind", "needed", "accepted"), lines)
    for file in written:
        out.print(f"{file} holds ten generated rows with answers.", markup=False, soft_wrap=True)


def _needs(scenario: Scenario, table: Table, column: Column) -> dict[str, str]:
    """What a cell of the column may be, in words."""
    scored = {one.name: one for one in scenario.scoring_tables}
    to_predict = table.name in scored and column.name in {one.name for one in scored[table.name].columns}
    needed = "no" if column.optional else "always" if to_predict else "with answers"
    limits = [f"from {column.minimum:g}"] if column.minimum is not None else []
    limits += [f"to {column.maximum:g}"] if column.maximum is not None else []
    words = ["names a row"] if column.name in table.key else []
    words += [" ".join(limits)] if limits else []
    words += [" | ".join(column.values)] if column.values else []
    words += ["may be missing"] if column.nulls else []
    words += ["about people"] if column.name in scenario.personal else []
    return {"column": column.name, "kind": column.kind, "needed": needed, "accepted": ", ".join(words)}


def _write_sample(scenario: Scenario, file: Path) -> list[str]:
    """The sample under the name given, or one a table with the table's name first."""
    check_no_folder(file, "--sample")
    alone = len(scenario.tables) == 1
    names = {one.name: file if alone else file.with_name(f"{one.name}.{file.name}") for one in scenario.tables}
    check_new_files(names.values(), "--sample")
    # Some generators need more rows than a sample has: the first ones are kept.
    written = write_generated(scenario, scenario.tables, names, Draw(_GENERATED, most=_SAMPLE))
    return [str(names[name]) for name in written]


def export(
    scenario: ScenarioName,
    file: Annotated[Path | None, typer.Option("--out", help="The file to write; without it, it is printed.")] = None,
    json: Json = False,
) -> None:
    """Print or write the contract of a scenario's tables as an Open Data Contract Standard document: YAML, or JSON."""
    if file is not None:
        check_new_files([file], "--out")
    # Imported here: other verbs need no contract.
    from local.authoring.contract_export import contract_of

    contract = contract_of(Session().scenario(scenario))
    if file is None:
        as_json(contract) if json else out.out(_yaml(contract), end="")
        return
    write_whole(file, _yaml(contract).encode())
    if json:
        as_json({"scenario": scenario, "file": str(file)})
    else:
        out.print(f"{file} holds the contract of {scenario}.", markup=False, soft_wrap=True)


def _yaml(value: Any) -> str:
    import yaml  # type: ignore[import-untyped]  # the package has no types

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return text


def generate(
    scenario: ScenarioName,
    folder: Annotated[Path, typer.Option("--out", help="The folder to write to; it is made.")] = Path(),
    rows: Annotated[int, typer.Option(min=1, max=_MOST_ROWS, help="How many rows of the main table.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, max=_MOST_SEED, help="Equal seeds give equal rows.")] = 1,
    drift: Annotated[float, typer.Option(help="How far the rows lie from usual ones; 0: not at all.")] = 0.0,
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="Write rows to predict, without answers.")] = False,
    json: Json = False,
) -> None:
    """Write generated files of a scenario, one CSV a table, to try things with."""
    declared = Session().scenario(scenario)
    # Compared here, because an option's range lets nan pass.
    if not 0 <= drift <= _MOST_DRIFT:
        raise BadInput(f"--drift is {drift:g}; accepted: a number from 0 to {_MOST_DRIFT}.")
    check_folder(folder, "--out")
    tables = declared.scoring_tables if unlabelled else declared.tables
    names = {table.name: folder / f"{table.name}.csv" for table in tables}
    taken = [str(file) for file in names.values() if file.exists()]
    if taken:
        raise BadInput(f"There is a file {taken[0]} already; accepted: --out with another folder.")
    written = write_generated(declared, tables, names, Draw(rows, seed, GeneratorOptions(drift=drift)))
    if json:
        as_json({"files": {str(names[name]): count for name, count in written.items()}})
        return
    for name, count in written.items():
        out.print(f"{names[name]}: {counted(count, 'row')}", markup=False, soft_wrap=True)
