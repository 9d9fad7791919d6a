"""How each chapter is played: days pass, files land, people approve and clients send requests."""

from __future__ import annotations

from local.story import measured_entries, plant
from local.story.story_env import NAME, StoryEnv

ROWS = 600
# The number of normal weeks, of drifting windows before the new model serves, and of windows after it.
WEEKS, DRIFTED, AFTER = 6, 5, 2


def first_data(env: StoryEnv) -> None:
    """January: labelled data lands, and a person approves the model."""
    env.clock.go_to(1, 12)
    env.land_labelled("january", 3000)
    env.clock.wait(hours=2)
    env.approve("I looked at its card.")


def normal_weeks(env: StoryEnv) -> None:
    """February and March: a window a week."""
    env.clock.go_to(2, 2)
    for week in range(WEEKS):
        env.land_week(f"week-{week + 1}", ROWS)
        env.clock.wait(hours=1)
        env.timers()
        env.clock.wait(days=7)


def late_labels(env: StoryEnv) -> None:
    """May: a window, then its labels in three parts."""
    env.clock.go_to(5, 4)
    lines = env.land_week("may", ROWS).splitlines(keepends=True)
    for days, share in ((2, 0.2), (6, 0.7), (6, 1.0)):
        env.clock.wait(days=days)
        env.land_labels(f"may-{share:.0%}".replace("%", ""), b"".join(lines[: 1 + round(share * ROWS)]))
        env.show_once(measured_entries.qualities(env.ports, NAME))
        env.timers()


def stuck_sensor(env: StoryEnv) -> None:
    """June: labelled data with a stuck sensor."""
    env.clock.go_to(6, 8)
    env.land_labelled("june-stuck", 2400, plant.stuck)
    env.timers()


def another_unit(env: StoryEnv) -> None:
    """July: a window in another unit, then a normal one."""
    env.clock.go_to(7, 6)
    for name, change in (("july-unit", plant.fahrenheit), ("july-again", None)):
        env.land_week(name, ROWS, change)
        env.timers()
        env.clock.wait(days=7)


def lake_away(env: StoryEnv) -> None:
    """August: a file lands while the functions cannot reach the lake."""
    env.clock.go_to(8, 3)
    env.lake.away = True
    env.land_week("away", ROWS)
    env.timers()
    env.clock.wait(hours=1)
    env.lake.away = False
    env.timers()


def real_drift(env: StoryEnv) -> None:
    """September: labelled data of the new recipe, too little to retrain; then windows, which drift."""
    env.clock.go_to(9, 7)
    env.land_labelled("september", 1500, plant.new_recipe)
    for day in range(DRIFTED):
        env.autumn.append(env.land_week(f"september-{day + 1}", ROWS, plant.new_recipe))
        env.timers()
        env.clock.wait(hours=14)
    env.approve("It knows the new recipe.")
    for day in range(AFTER):
        env.autumn.append(env.land_week(f"september-new-{day + 1}", ROWS, plant.new_recipe))
        env.timers()
        env.clock.wait(days=1)


def bad_canary(env: StoryEnv) -> None:
    """October: a model trained on an archive answers a part of the requests."""
    env.clock.go_to(10, 12)
    env.send_requests(40, 5, plant.new_recipe)
    env.land_labelled("archive", 3000)
    env.approve("Better on its own data.")
    env.clock.wait(minutes=1)
    counts = env.send_requests(250, 5, plant.new_recipe)
    env.show_once(measured_entries.answers(env.ports, NAME, counts))
    env.clock.wait(minutes=1)
    env.timers()


def labels_of_autumn(env: StoryEnv) -> None:
    """December: all labels of autumn land."""
    env.clock.go_to(12, 14)
    header = env.autumn[0].splitlines(keepends=True)[0]
    rows = [line for file in env.autumn for line in file.splitlines(keepends=True)[1:]]
    env.land_labels("autumn", header + b"".join(rows))
    env.show_once(measured_entries.qualities(env.ports, NAME))
    env.timers()
    env.show_once(measured_entries.gains(env.ports, NAME))
