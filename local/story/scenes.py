"""How each chapter is played: days pass, files land, people and clients do what they do. Nothing here judges."""

from __future__ import annotations

from local.story import numbers, plant
from local.story.story_env import NAME, Stage

ROWS = 600
# Weeks without anything, drifting windows before the new model serves, and windows after it.
WEEKS, DRIFTED, AFTER = 6, 5, 2


def first_data(stage: Stage) -> None:
    """January."""
    stage.calendar.go_to(1, 12)
    stage.labelled("january", 3000)
    stage.calendar.wait(hours=2)
    stage.approve("I looked at its card.")


def normal_weeks(stage: Stage) -> None:
    """February and March."""
    stage.calendar.go_to(2, 2)
    for week in range(WEEKS):
        stage.week(f"week-{week + 1}", ROWS)
        stage.calendar.wait(hours=1)
        stage.timers()
        stage.calendar.wait(days=7)


def late_labels(stage: Stage) -> None:
    """May."""
    stage.calendar.go_to(5, 4)
    lines = stage.week("may", ROWS).splitlines(keepends=True)
    for days, share in ((2, 0.2), (6, 0.7), (6, 1.0)):
        stage.calendar.wait(days=days)
        stage.labels(f"may-{share:.0%}".replace("%", ""), b"".join(lines[: 1 + round(share * ROWS)]))
        stage.say(numbers.qualities(stage.ports, NAME))
        stage.timers()


def stuck_sensor(stage: Stage) -> None:
    """June."""
    stage.calendar.go_to(6, 8)
    stage.labelled("june-stuck", 2400, plant.stuck)
    stage.timers()


def another_unit(stage: Stage) -> None:
    """July."""
    stage.calendar.go_to(7, 6)
    for name, change in (("july-unit", plant.fahrenheit), ("july-again", None)):
        stage.week(name, ROWS, change)
        stage.timers()
        stage.calendar.wait(days=7)


def lake_away(stage: Stage) -> None:
    """August."""
    stage.calendar.go_to(8, 3)
    stage.lake.away = True
    stage.week("away", ROWS)
    stage.timers()
    stage.calendar.wait(hours=1)
    stage.lake.away = False
    stage.timers()


def real_drift(stage: Stage) -> None:
    """September: a window a day; labelled data of the new recipe comes on the first, too little to be a reason."""
    stage.calendar.go_to(9, 7)
    stage.labelled("september", 1500, plant.new_recipe)
    for day in range(DRIFTED):
        stage.autumn.append(stage.week(f"september-{day + 1}", ROWS, plant.new_recipe))
        stage.timers()
        stage.calendar.wait(hours=14)
    stage.approve("It knows the new recipe.")
    for day in range(AFTER):
        stage.autumn.append(stage.week(f"september-new-{day + 1}", ROWS, plant.new_recipe))
        stage.timers()
        stage.calendar.wait(days=1)


def bad_canary(stage: Stage) -> None:
    """October."""
    stage.calendar.go_to(10, 12)
    stage.ask(40, 5, plant.new_recipe)
    stage.labelled("archive", 3000)
    stage.approve("Better on its own data.")
    stage.calendar.wait(minutes=1)
    answered = stage.ask(250, 5, plant.new_recipe)
    stage.say(numbers.answers(stage.ports, NAME, answered))
    stage.calendar.wait(minutes=1)
    stage.timers()


def labels_of_autumn(stage: Stage) -> None:
    """December."""
    stage.calendar.go_to(12, 14)
    header = stage.autumn[0].splitlines(keepends=True)[0]
    rows = [line for file in stage.autumn for line in file.splitlines(keepends=True)[1:]]
    stage.labels("autumn", header + b"".join(rows))
    stage.say(numbers.qualities(stage.ports, NAME))
    stage.timers()
    stage.say(numbers.gains(stage.ports, NAME))
