"""The year as a table of chapters: what is planted, how it is played, and which journal lines are expected."""

from __future__ import annotations

from local.story import scenes
from local.story.chapter import Chapter, Line

_NOTHING_TRAINED = Line("train", "requested", "", times=0)

CHAPTERS = (
    Chapter(
        title="January: the first data",
        planted="3,000 labelled batches land",
        play=scenes.first_data,
        verdict="trained, approved by a second person, in service",
        expects=(
            Line("model", "done", "serves as generation 1"),
            Line("approval", "waiting", "passed its gate"),
            Line("approval", "done", "was approved for prod by ada"),
            Line("train", "requested", "", times=1),
        ),
        why="iiot_quality:1",
    ),
    Chapter(
        title="February and March: normal weeks",
        planted="nothing",
        play=scenes.normal_weeks,
        verdict="predicted and monitored; no breach, nothing trained",
        expects=(
            Line("monitor", "done", "Drift: none. Breaches: none.", times=scenes.WEEKS),
            Line("window", "done", "rows were predicted", times=scenes.WEEKS),
            Line("breach", "done", "", times=0),
            _NOTHING_TRAINED,
        ),
        why="iiot_quality/202602",
    ),
    Chapter(
        title="May: labels that come late",
        planted="a fifth of the labels, then more than half, then all",
        play=scenes.late_labels,
        verdict="quality unknown, then provisional, then final",
        expects=(
            Line("quality", "final", "kept"),
            Line("quality", "provisional", "unknown"),
            Line("quality", "provisional", "kept"),
            _NOTHING_TRAINED,
        ),
        why="actuals/iiot_quality",
    ),
    Chapter(
        title="June: a stuck sensor",
        planted="labelled data in which S20 repeats one value for half of the rows",
        play=scenes.stuck_sensor,
        verdict="stuck_sensor: quarantined, not trained on",
        expects=(
            Line("drop", "quarantined", "The sensor looks stuck."),
            Line("breach", "done", "stuck_sensor:"),
            Line("dataset", "done", "", times=0),
            _NOTHING_TRAINED,
        ),
        why="stuck",
    ),
    Chapter(
        title="July: another unit",
        planted="S16 arrives in degrees Fahrenheit, for one week",
        play=scenes.another_unit,
        verdict="unit_change: predicted all the same, alerted, and resolved with the unit; nothing trained",
        expects=(
            Line("breach", "done", "unit_change: The unit of column 'S16'"),
            Line("window", "done", "rows were predicted", times=2),
            Line("breach", "done", "Resolved:", times=1),
            Line("monitor", "done", "Drift: none. Breaches: none.", times=1),
            Line("retrain", "done", "", times=0),
            _NOTHING_TRAINED,
        ),
        why="unit_change",
    ),
    Chapter(
        title="August: the lake is away",
        planted="the functions cannot reach the lake while a file lands",
        play=scenes.lake_away,
        verdict="moved to the poison queue, found by the sweep, predicted once",
        expects=(
            Line("window", "done", "rows were predicted", times=1),
            Line("poison", "failed", "The queue gave this message up", times=1),
        ),
        why="scoring/iiot_quality/away",
    ),
    Chapter(
        title="September: real drift",
        planted="a new recipe, for good: S16 runs higher, and its good values become bad ones",
        play=scenes.real_drift,
        verdict=f"population_drift: retrained once in {scenes.DRIFTED} drifting windows, resolved by the new model",
        expects=(
            Line("retrain", "done", "Retrained: the drift of the inputs persists: S16", times=1),
            Line("monitor", "done", "population_drift", times=scenes.DRIFTED - 1),
            Line("breach", "done", "population_drift: Column 'S16' of table 'sensors' has drifted", times=1),
            Line("train", "requested", "", times=1),
            Line("model", "done", "serves as generation 2"),
            Line("breach", "done", "Resolved: Column 'S16'", times=1),
        ),
        why="retrain",
    ),
    Chapter(
        title="October: a bad canary",
        planted="a model trained on files of the old recipe; it is better on those",
        play=scenes.bad_canary,
        verdict="passed its gate, answered a fifth of the requests, rolled back because of its answers",
        expects=(
            Line(
                "rollout", "refused", "was rolled back in prod: The answers of iiot_quality:3 and its champion differ"
            ),
            Line("rollout", "waiting", "answers 20 % beside generation 2"),
            Line("approval", "done", "iiot_quality:3 was approved for prod by ada"),
            Line("model", "refused", "was rolled back"),
            Line("train", "requested", "", times=1),
            Line("deployment", "done", "generation 3", times=0),
        ),
        why="iiot_quality:3",
    ),
    Chapter(
        title="December: the labels of autumn",
        planted="all labels of autumn at once",
        play=scenes.labels_of_autumn,
        verdict="the quality of the old champion had fallen, the retrained model keeps its promise",
        expects=(
            Line("scorecard", "done", "realised gain"),
            Line("quality", "final", "fallen", times=scenes.DRIFTED),
            Line("quality", "final", "kept", times=scenes.AFTER),
            _NOTHING_TRAINED,
        ),
        why="actuals/iiot_quality/autumn",
    ),
)
