"""Columns, components and the 37 features in the order in which every model and every request has them."""

from __future__ import annotations

TIME = "datetime"
MACHINE = "machineID"
SENSORS = ("volt", "rotate", "pressure", "vibration")
COMPONENTS = ("comp1", "comp2", "comp3", "comp4")
# Rows stand at 00:00, 03:00, … UTC: a service that starts at any hour uses the grid that training used.
STEP = 3
# Moving means (ma) and sample deviations (sd) over so many hours.
SPANS = (3, 12)

_NUMBERS = (1, 2, 3, 4)
FEATURES = (
    *(f"{kind}_{span}_{sensor}" for span in SPANS for kind in ("ma", "sd") for sensor in SENSORS),
    *(f"{kind}_{number}" for kind in ("e", "de", "m", "dm", "df") for number in _NUMBERS),
    "age",
)
LABELS = tuple(f"y_{number}" for number in _NUMBERS)
