"""Ids of requests: what was sent where it is well-formed, else a random one."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from shared.serving.request_ids import request_id

FORKED = """
import os
from shared.serving.request_ids import request_id
made = [request_id("")]
child = os.fork()
made += [request_id("") for _ in range(80)]
if child:
    os.waitpid(child, 0)
print("\\n".join(made), flush=True)
"""


@pytest.mark.parametrize("sent", ["a", "order-7:3", "A" * 64])
def test_a_well_formed_id_is_kept(sent: str) -> None:
    """The caller finds its own id again."""
    assert request_id(sent) == sent


@pytest.mark.parametrize("sent", ["", "-a", "a b", "A" * 65, "é"])
def test_any_other_gets_a_random_id(sent: str) -> None:
    """32 hexadecimal digits, never the same twice; many are made together."""
    made = [request_id(sent) for _ in range(200)]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in made)


def test_a_forked_process_does_not_repeat_the_ids_of_its_parent() -> None:
    """Ids that were made in advance are dropped in the child."""
    ran = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    made = ran.stdout.split()
    # The first was made before the fork, and both print it.
    assert len(made) == 162
    assert len(set(made)) == 161
