"""Files of pages."""

from __future__ import annotations

import azure.functions as func
import pytest

from functions.pages import FILES, FOLDER
from functions.static import file


def get(name: str, **headers: str) -> func.HttpResponse:
    """The answer to a request for that file."""
    return file(func.HttpRequest("GET", f"/api/static/{name}", headers=headers, body=b""), name)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_listed_file_is_served_once(name: str) -> None:
    """With its kind, an hour of caching where it is a library, and nothing but a 304 for who has it."""
    answer = get(name)
    assert (answer.status_code, answer.get_body()) == (200, (FOLDER / FILES[name]).read_bytes())
    assert answer.mimetype in {"text/javascript", "text/css", "text/html", "image/svg+xml"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ("max-age=3600" in answer.headers["cache-control"]) == FILES[name].startswith("vendor/")
    again = get(name, **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.get_body()) == (304, b"")


@pytest.mark.parametrize(
    "name", ["../http_api.py", "..%2fhttp_api.py", "vendor/uplot.js", "uplot.LICENSE", "", "é", "a" * 999]
)
def test_nothing_else_can_be_asked_for(name: str) -> None:
    """The name is looked up in a list; it never becomes a path."""
    assert get(name).status_code == 404
