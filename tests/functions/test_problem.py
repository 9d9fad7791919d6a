"""Errors over HTTP."""

from __future__ import annotations

import json

from functions.answering import problem


def test_an_error_is_told_in_every_form_a_client_may_read() -> None:
    """The members of RFC 9457, `status_code` with `message`, and `error`."""
    answer = problem(400, "No such field.")
    value = json.loads(answer.get_body())
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert (value["title"], value["status"]) == ("No such field.", 400)
    assert (value["error"], value["message"], value["status_code"]) == ("No such field.", "No such field.", 400)
