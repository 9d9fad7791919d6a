"""How each chapter is played: days pass, files land, people and clients do what they do. Nothing here judges."""

from __future__ import annotations

from local.story import numbers, plant
from local.story.story_env import NAME, StoryEnv

ROWS = 600
# Weeks without anything, drifting windows before the new model serves, and windows after it.
WEEKS, DRIFTED, AFTER = 6, 5, 2


def first_data(env: StoryEnv) -> None:
    """January."""
    env.calendar.go_to(1, 12)
    env.labelled("january", 3000)
    env.calendar.wait(hours=2)
    env.approve("I looked at its card.")


def normal_weeks(env: StoryEnv) -> None:
    """February and March."""
    env.calendar.go_to(2, 2)
    for week in range(WEEKS):
        env.week(f"week-{week + 1}", ROWS)
        env.calendar.wait(hours=1)
        env.timers()
        env.calendar.wait(days=7)


def late_labels(env: StoryEnv) -> None:
    """May."""
    env.calendar.go_to(5, 4)
    lines = env.week("may", ROWS).splitlines(keepends=True)
    for days, share in ((2, 0.2), (6, 0.7), (6, 1.0)):
        env.calendar.wait(days=days)
        env.labels(f"may-{share:.0%}".replace("%", ""), b"".join(lines[: 1 + round(share * ROWS)]))
        env.say(numbers.qualities(env.ports, NAME))
        env.timers()


def stuck_sensor(env: StoryEnv) -> None:
    """June."""
    env.calendar.go_to(6, 8)
    env.labelled("june-stuck", 2400, plant.stuck)
    env.timers()


def another_unit(env: StoryEnv) -> None:
    """July."""
    env.calendar.go_to(7, 6)
    for name, change in (("july-unit", plant.fahrenheit), ("july-again", None)):
        env.week(name, ROWS, change)
        env.timers()
        env.calendar.wait(days=7)


def lake_away(env: StoryEnv) -> None:
    """August."""
    env.calendar.go_to(8, 3)
    env.lake.away = True
    env.week("away", ROWS)
    env.timers()
    env.calendar.wait(hours=1)
    env.lake.away = False
    env.timers()


def real_drift(env: StoryEnv) -> None:
    """September: a window a day; labelled data of the new recipe comes on the first, too little to be a reason."""
    env.calendar.go_to(9, 7)
    env.labelled("september", 1500, plant.new_recipe)
    for day in range(DRIFTED):
        env.autumn.append(env.week(f"september-{day + 1}", ROWS, plant.new_recipe))
        env.timers()
        env.calendar.wait(hours=14)
    env.approve("It knows the new recipe.")
    for day in range(AFTER):
        env.autumn.append(env.week(f"september-new-{day + 1}", ROWS, plant.new_recipe))
        env.timers()
        env.calendar.wait(days=1)


def bad_canary(env: StoryEnv) -> None:
    """October."""
    env.calendar.go_to(10, 12)
    env.ask(40, 5, plant.new_recipe)
    env.labelled("archive", 3000)
    env.approve("Better on its own data.")
    env.calendar.wait(minutes=1)
    answered = env.ask(250, 5, plant.new_recipe)
    env.say(numbers.answers(env.ports, NAME, answered))
    env.calendar.wait(minutes=1)
    env.timers()


def labels_of_autumn(env: StoryEnv) -> None:
    """December."""
    env.calendar.go_to(12, 14)
    header = env.autumn[0].splitlines(keepends=True)[0]
    rows = [line for file in env.autumn for line in file.splitlines(keepends=True)[1:]]
    env.labels("autumn", header + b"".join(rows))
    env.say(numbers.qualities(env.ports, NAME))
    env.timers()
    env.say(numbers.gains(env.ports, NAME))
