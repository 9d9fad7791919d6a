"""The checks of `mlops verify`, made over HTTP from outside."""
