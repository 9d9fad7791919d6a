"""Train every scenario on its real data, by the same command a user types, and write docs/results.md.

    python bench/results.py [--data ../shared/data] [--profile default]

Everything in the page comes from the manifests of the registered models and the gate's verdicts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from shared.training.metrics import LARGER_IS_BETTER  # noqa: E402 - the path is set first

PAGE = ROOT / "docs" / "results.md"
FILES = {
    "bank_marketing": ("bank_marketing/bankmarketing_train.csv",),
    "iiot_quality": ("iiot_quality/simulateddata.csv", "iiot_quality/batch-quality-data.csv"),
    "predictive_maintenance": tuple(
        f"predictive_maintenance/PdM_{name}.csv" for name in ("telemetry", "maint", "failures", "errors", "machines")
    ),
    "text_classification": ("newsgroups/newsgroups4_train.csv",),
}
# Metrics a reader looks for first; a multilabel model has them for each label too.
_ENDED = {
    "trials": "the number of trials",
    "patience": "ten trials without gain",
    "metric": "a score that is enough",
    "seconds": "the time limit",
    "service": "the service's sweep",
}
SHOWN = ("auc", "average_precision", "accuracy", "f1", "log_loss", "rmse", "r2")


def main() -> None:
    """Train, collect, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="the folder of real data")
    parser.add_argument("--profile", default="default", help="default or demo")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"There is no folder {options.data}; name the real data with --data.")
    parts = [_head(options.profile)]
    with tempfile.TemporaryDirectory() as home:
        for name, files in FILES.items():
            print(f"{name} ...", flush=True)
            parts.append(_scenario(Path(home), name, [options.data / file for file in files], options.profile))
    # bench/choosing.py writes the last section.
    heading = "## Choosing and deciding"
    _, found, measured = PAGE.read_text().partition(heading)
    PAGE.write_text("\n".join([*parts, *([heading + measured] if found else [])]))
    print(f"wrote {PAGE.relative_to(ROOT)}")


def _head(profile: str) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
    return f"""# Results on the real data

This page is for data scientists who want to know how good each scenario's model is on real data.

`python bench/results.py` wrote this page with the `{profile}` profile on {machine}.
Seeds follow from the data: equal files give equal models. Numbers are those of the test part of the declared split,
with 95 % bootstrap intervals. The *baseline* predicts the class shares (or the mean) of the training rows for every
row. The machine had other work: seconds are long, and a search that its time limit ended may find more on an idle one.
"""


def _scenario(home: Path, name: str, files: Sequence[Path], profile: str) -> str:
    started = time.perf_counter()
    outcome = _drop(home, name, _tables(home, name, files), profile)
    seconds = time.perf_counter() - started
    if outcome["model"] is None:
        return f"## {name}\n\n{outcome['outcome']}: {outcome['reason']}\n"
    version = outcome["model"].split(":")[1]
    manifest = json.loads((home / "lake" / "models" / name / version / "manifest.json").read_text())
    more = _maintenance(files[0], manifest) if name == "predictive_maintenance" else ()
    return "\n".join([*_page(name, outcome, manifest, seconds), *more])


def _maintenance(telemetry: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """How many anomalies the whole series hold, by sensor, and what the feature frame has."""
    import pandas as pd

    from model_training.maintenance.anomalies import find_anomalies

    found = find_anomalies(pd.read_csv(telemetry, parse_dates=["datetime"]))
    counts = found["errorID"].value_counts().sort_index()
    yield "Anomalies over the whole series: " + ", ".join(f"{name} {count}" for name, count in counts.items()) + ".\n"
    names = [one["name"] for one in manifest["contract"]["features"] if one["kind"] == "number"]
    yield f"The feature frame has {len(names)} named float columns: {', '.join(names)}.\n"


def _tables(home: Path, name: str, files: Sequence[Path]) -> list[Path]:
    """The files as they are; texts come in one file and are divided into the two tables of a drop."""
    if name != "text_classification":
        return list(files)
    from model_training.text.tables import divide

    options = pacsv.ParseOptions(newlines_in_values=True)
    table: pa.Table = pacsv.read_csv(files[0], parse_options=options)
    written = []
    for part, rows in divide(table).items():
        written.append(home / f"{part}.csv")
        pacsv.write_csv(rows, written[-1])
    return written


def _drop(home: Path, name: str, files: Sequence[Path], profile: str) -> Mapping[str, Any]:
    environ = {**os.environ, "MLOPS_HOME": str(home), "TRAINING_PROFILE": profile}
    line = [sys.executable, "-m", "local.cli", "drop", name, *map(str, files), *_named(name), "--wait", "--json"]
    done = subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        sys.exit(f"{name}: {done.stderr.strip()}")
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _named(name: str) -> list[str]:
    return ["--drop", f"results-{name.replace('_', '-')}"]


def _page(name: str, outcome: Mapping[str, Any], manifest: Mapping[str, Any], seconds: float) -> Iterator[str]:
    yield f"## {name}\n"
    resources = manifest.get("resources", {})
    peak = max((float(step.get("peak_mb", 0)) for step in resources.values() if isinstance(step, dict)), default=0.0)
    facts = f"training and gate took {seconds:.0f} s" + (f"; peak memory {peak:.0f} MB" if peak else "")
    yield f"**{outcome['outcome']}** — {outcome['reason']}\n"
    yield f"Registered: `{manifest['algorithm']}`; {facts}. Split: {_split(manifest['split'])}.\n"
    yield from _metrics(manifest)
    yield from _splits(manifest)
    yield from _comparisons(manifest)
    yield from _candidates(manifest)
    yield from _tuning(manifest)
    yield from _selection(manifest["selection"])
    parity = manifest["parity"]
    yield (
        f"ONNX against the framework on {parity['rows']} test rows: {parity['label_flips']} label flips, largest "
        f"difference {parity['max_difference']:.2g}.\n"
    )


def _split(split: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in split.items())


def _metrics(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "| metric | test | 95 % interval | baseline |\n|---|---|---|---|"
    for metric, value in manifest["metrics"].items():
        if not metric.startswith(SHOWN) or metric.endswith(("_time", "_random", "_given", "_with_leakage")):
            continue
        low_high = manifest["interval"].get(metric)
        interval = f"{low_high[0]:.3f} … {low_high[1]:.3f}" if low_high else ""
        baseline = manifest["baseline"].get(metric)
        yield f"| {metric} | {value:.3f} | {interval} | {'' if baseline is None else f'{baseline:.3f}'} |"
    for metric, reason in manifest.get("absent", {}).items():
        yield f"| {metric} | | {reason} | |"
    yield ""


def _splits(manifest: Mapping[str, Any]) -> Iterator[str]:
    others = {name: value for name, value in manifest["metrics"].items() if name.endswith(("_time", "_random"))}
    leaks = {name: value for name, value in manifest["metrics"].items() if name.endswith("_with_leakage")}
    for title, found in (("Scores by kind of split", others), ("Score with the leaking columns", leaks)):
        if found:
            told = (f"{name} {value:.3f}{_interval(manifest, name)}" for name, value in found.items())
            yield f"{title}: " + ", ".join(told) + ".\n"


def _interval(manifest: Mapping[str, Any], metric: str) -> str:
    low_high = manifest["interval"].get(metric) or manifest["interval"].get(metric.rsplit("_", 1)[0])
    return f" ({low_high[0]:.3f} … {low_high[1]:.3f})" if low_high else ""


def _comparisons(manifest: Mapping[str, Any]) -> Iterator[str]:
    for one in manifest.get("comparisons", []):
        low, high = next(value for key, value in one.items() if key.endswith("_interval"))
        word = "clearly better" if one["clearly_better"] else "not clearly better"
        yield (
            f"`{one['best']}` against `{one['other']}`, paired on {one['rows']} rows: {one['metric']} difference "
            f"{low:+.4f} … {high:+.4f} ({word}).\n"
        )


def _candidates(manifest: Mapping[str, Any]) -> Iterator[str]:
    metric, explored = manifest["metric"], manifest["explored"]
    yield (
        f"| candidate | {metric} (validation) | on all folds | fitted rows | seconds | explored on half | note |\n"
        "|---|---|---|---|---|---|---|"
    )
    for one in manifest["candidates"]:
        tuned = ", ".join(f"{key}={_short(value)}" for key, value in one.get("parameters", {}).items())
        half = f"{explored[one['name']]:.4f}" if one["name"] in explored else ""
        folds = "" if one["score_on_folds"] is None else f"{one['score_on_folds']:.4f}"
        facts = f"{folds} | {one.get('fitted_rows', '')} | {one['seconds']} | {half} | {one['reason'] or tuned}"
        yield f"| {one['name']} | {one['score']:.4f} | {facts} |"
    yield ""
    yield from _why(manifest)


def _why(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Why this one was registered."""
    chosen, metric = manifest["algorithm"], manifest["metric"]
    able = [one for one in manifest["candidates"] if one["deployable"]]
    best = next(one for one in able if one["name"] == chosen)
    key, where = ("score", "on validation") if best["score_on_folds"] is None else ("score_on_folds", "on all folds")
    others = [one for one in able if one["name"] != chosen and one[key] is not None]
    told = ", ".join(f"`{one['name']}` {one[key]:.4f}" for one in others[:3])
    yield f"`{chosen}` was registered: {metric} {best[key]:.4f} {where}{f' ({told})' if told else ''}.\n"


def _tuning(manifest: Mapping[str, Any]) -> Iterator[str]:
    tuning = manifest["tuning"]
    told = [
        f"`{name}` {one['trials']} trials, {_best(one['scores'], manifest)}stopped by {_ENDED[one['ended_by']]}"
        for name, one in tuning["candidates"].items()
    ]
    if told or tuning["skipped"]:
        yield f"Tuned: {'; '.join(told)}.\n" if told else f"{tuning['skipped']}\n"


def _best(scores: Sequence[float | None], manifest: Mapping[str, Any]) -> str:
    known = [one for one in scores if one is not None]
    if not known:
        return ""
    best = (max if LARGER_IS_BETTER[manifest["metric"]] else min)(known)
    return f"the best with {manifest['metric']} {best:.4f} on half the rows, "


def _selection(selection: Mapping[str, Any]) -> Iterator[str]:
    if not selection:
        return
    dropped, declared, kept = ", ".join(selection["dropped"]) or "none", selection["declared"], selection["kept"]
    count = f"all {len(declared)}" if kept == declared else f"{len(kept)} of the {len(declared)}"
    yield (
        f"Inputs: columns with too many missing cells are dropped ({dropped}). "
        f"Of the remaining columns the model uses the published ones: {', '.join(kept)}. "
        f"These are {count} declared columns.\n"
    )
    yield (
        f"A ranking ({selection['rule']}) proposes {', '.join(selection['selected'])}; "
        f"{len(selection['in_both'])} of them are used.\n"
    )


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
