"""numpy does without AVX-512 where its sort is slower with it, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared.processor import choose_loops

_PROCESSOR = """processor	: 0
vendor_id	: {vendor}
cpu family	: {family}
flags		: fpu sse2 avx2 {flags} rdseed

processor	: 1
vendor_id	: AuthenticAMD
cpu family	: 25
flags		: avx512f avx512dq
"""


def _chosen(tmp_path: Path, vendor: str, family: str, flags: str, **environ: str) -> dict[str, str]:
    described = tmp_path / "cpuinfo"
    described.write_text(_PROCESSOR.format(vendor=vendor, family=family, flags=flags))
    choose_loops(environ, described)
    return environ


def test_zen_4_sorts_without_avx_512(tmp_path: Path) -> None:
    """Its family has AVX-512 and is AMD's 25th."""
    assert _chosen(tmp_path, "AuthenticAMD", "25", "avx512f avx512dq") == {"NPY_DISABLE_CPU_FEATURES": "X86_V4"}


@pytest.mark.parametrize(
    ("vendor", "family", "flags"),
    [
        ("AuthenticAMD", "25", ""),
        ("AuthenticAMD", "26", "avx512f avx512dq"),
        ("GenuineIntel", "6", "avx512f avx512dq"),
        ("GenuineIntel", "25", "avx512f avx512dq"),
    ],
)
def test_other_processors_are_left_alone(tmp_path: Path, vendor: str, family: str, flags: str) -> None:
    """Zen 3 has no AVX-512, Zen 5 and Intel's sort quickly with it; only the first processor is read."""
    assert _chosen(tmp_path, vendor, family, flags) == {}


@pytest.mark.parametrize("name", ["NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES"])
def test_what_the_environment_says_stays(tmp_path: Path, name: str) -> None:
    """Who names numpy's loops decides."""
    chosen = _chosen(tmp_path, "AuthenticAMD", "25", "avx512f avx512dq", **{name: "AVX2"})
    assert chosen == {name: "AVX2"}


def test_a_machine_that_describes_no_processor_is_left_alone(tmp_path: Path) -> None:
    """Only Linux has such a file."""
    environ: dict[str, str] = {}
    choose_loops(environ, tmp_path / "none")
    assert environ == {}


def test_numpy_accepts_the_choice_for_this_machine() -> None:
    """It warns about names that it does not know, and warnings are errors here; values sort alike."""
    code = (
        "import os, shared.processor\nshared.processor.choose_loops(os.environ)\nimport numpy as np\n"
        "values = np.random.default_rng(1).normal(size=5_000)\nassert np.sort(values).tolist() == sorted(values)"
    )
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("module", ["shared.serving.ports", "model_training.data.rows"])
def test_our_packages_choose_before_they_import_numpy(module: str) -> None:
    """Numpy reads the environment once, when it is imported."""
    code = (
        "import sys, importlib\nseen = []\nclass Finder:\n    def find_spec(self, name, *_):\n"
        "        if name == 'numpy':\n            seen.append('shared.processor' in sys.modules)\n"
        f"sys.meta_path.insert(0, Finder())\nimportlib.import_module({module!r})\nassert all(seen), seen"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
