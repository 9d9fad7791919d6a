"""A host that serves small deployed models over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_host import Api, serving


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The host, for the tests of one file."""
    with serving(tmp_path_factory.mktemp("api")) as running:
        yield running
