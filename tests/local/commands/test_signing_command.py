"""`mlops signing`: a key of this machine, and what is asked of certificates."""

from __future__ import annotations

import stat
from pathlib import Path

from command import Command


def test_a_key_is_made_once_and_its_setting_is_shown(tmp_path: Path) -> None:
    """The line can be copied; the private part is in the file and nowhere else."""
    mlops = Command(tmp_path / "home")
    made = mlops("signing", "new-key", "--json").json
    file = tmp_path / "home" / "signing-key.pem"
    assert made["setting"] == f"SIGNING_KEY_URL=file:{file}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = mlops("signing", "new-key")
    assert (again.code, "never replaced" in again.err) == (3, True)
    below, place = mlops("signing", "new-key", file / "below"), f"{file} is a file; accepted: FILE with a folder"
    assert (below.code, below.sentence.startswith(place)) == (2, True)
    signing = Command(tmp_path / "home", SIGNING_KEY_URL=f"file:{file}")
    assert signing("signing", "list", "--json").json == []
    missing = signing("signing", "sign", "bank_marketing:1", "--reason", "it is older than the key")
    assert (missing.code, "bank_marketing:1" in missing.err) == (2, True)
