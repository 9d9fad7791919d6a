"""The year, chapter by chapter, as data: what is planted, how it is played, and how it has to end."""

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
        says=(
            Line("model", "done", "serves as generation 1"),
            Line("approval", "waiting", "passed its gate"),
            Line("approval", "done", "was approved for prod by ada"),
            Line("train", "requested", "", times=1),
        ),
        look="iiot_quality:1",
    ),
    Chapter(
        title="February and March: normal weeks",
        planted="nothing",
        play=scenes.normal_weeks,
        verdict="predicted and watched; nothing to report, nothing trained",
        says=(
            Line("monitor", "done", "Drift: none. Breaches: none.", times=scenes.WEEKS),
            Line("window", "done", "rows were predicted", times=scenes.WEEKS),
            Line("breach", "done", "", times=0),
            _NOTHING_TRAINED,
        ),
        look="iiot_quality/202602",
    ),
    Chapter(
        title="May: labels that come late",
        planted="a fifth of the labels, then more than half, then all",
        play=scenes.late_labels,
        verdict="quality unknown, then provisional, then final",
        says=(
            Line("quality", "final", "kept"),
            Line("quality", "provisional", "unknown"),
            Line("quality", "provisional", "kept"),
            _NOTHING_TRAINED,
        ),
        look="actuals/iiot_quality",
    ),
    Chapter(
        title="June: a stuck sensor",
        planted="labelled data in which S20 says one value for half of the rows",
        play=scenes.stuck_sensor,
        verdict="stuck_sensor: quarantined, not learned from",
        says=(
            Line("drop", "quarantined", "The sensor looks stuck."),
            Line("breach", "done", "stuck_sensor:"),
            Line("dataset", "done", "", times=0),
            _NOTHING_TRAINED,
        ),
        look="stuck",
    ),
    Chapter(
        title="July: another unit",
        planted="S16 comes in degrees Fahrenheit, for one week",
        play=scenes.another_unit,
        verdict="unit_change: predicted all the same, alerted, resolved with the unit; nothing trained",
        says=(
            Line("breach", "done", "unit_change: The unit of column 'S16'"),
            Line("window", "done", "rows were predicted", times=2),
            Line("breach", "done", "Resolved:", times=1),
            Line("monitor", "done", "Drift: none. Breaches: none.", times=1),
            Line("retrain", "done", "", times=0),
            _NOTHING_TRAINED,
        ),
        look="unit_change",
    ),
    Chapter(
        title="August: the lake is away",
        planted="the functions cannot reach the lake while a file lands",
        play=scenes.lake_away,
        verdict="given up by its queue, found again by the sweep, predicted once",
        says=(
            Line("window", "done", "rows were predicted", times=1),
            Line("poison", "failed", "The queue gave this message up", times=1),
        ),
        look="scoring/iiot_quality/away",
    ),
    Chapter(
        title="September: real drift",
        planted="a new recipe, for good: S16 runs higher, and what was good for a batch is bad for it",
        play=scenes.real_drift,
        verdict=f"population_drift: retrained once in {scenes.DRIFTED} drifting windows, and over with the new model",
        says=(
            Line("retrain", "done", "Retrained: the drift of the inputs persists: S16.", times=1),
            Line("monitor", "done", "population_drift", times=scenes.DRIFTED - 1),
            Line("breach", "done", "population_drift: Column 'S16' of table 'sensors' has drifted", times=1),
            Line("train", "requested", "", times=1),
            Line("model", "done", "serves as generation 2"),
            Line("breach", "done", "Resolved: Column 'S16'", times=1),
        ),
        look="retrain",
    ),
    Chapter(
        title="October: a bad canary",
        planted="a model learned from old files of the recipe that is gone; it is better on those",
        play=scenes.bad_canary,
        verdict="passed its gate, tried on a fifth of the requests, rolled back by its answers",
        says=(
            Line(
                "rollout", "refused", "was rolled back in prod: The answers of iiot_quality:3 and its champion differ"
            ),
            Line("rollout", "waiting", "answers 20 % beside generation 2"),
            Line("approval", "done", "iiot_quality:3 was approved for prod by ada"),
            Line("model", "refused", "was rolled back"),
            Line("train", "requested", "", times=1),
            Line("deployment", "done", "generation 3", times=0),
        ),
        look="iiot_quality:3",
    ),
    Chapter(
        title="December: what it was good for",
        planted="the labels of autumn, all at once",
        play=scenes.labels_of_autumn,
        verdict="the champion of before had fallen, the retrained one keeps what it promised",
        says=(
            Line("scorecard", "done", "realised gain"),
            Line("quality", "final", "fallen", times=scenes.DRIFTED),
            Line("quality", "final", "kept", times=scenes.AFTER),
            _NOTHING_TRAINED,
        ),
        look="actuals/iiot_quality/autumn",
    ),
)
