"""What is said of pip-audit's answer; its own exit code is 0 where it could look nothing up."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

SOUND = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
FLAWED = {
    "name": "pillow",
    "version": "9.0.0",
    "vulns": [{"id": "PYSEC-2022-8", "fix_versions": ["9.0.1"], "aliases": [], "description": ""}],
}
UNKNOWN = {"name": "numpy", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture(scope="module")
def script(repository):
    return repository / "packaging" / "audit.py"


@pytest.fixture(scope="module")
def verdict(script):
    described = importlib.util.spec_from_file_location("audit", script)
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module.verdict


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([SOUND], 0, "None has a known vulnerability."),
        ([SOUND, FLAWED], 1, "pillow 9.0.0: PYSEC-2022-8, fixed in 9.0.1"),
        ([SOUND, UNKNOWN], 3, "NOT AUDITED: numpy."),
        ([FLAWED, UNKNOWN], 1, "NOT AUDITED: numpy."),
        ([], 3, "NOT AUDITED"),
    ],
)
def test_what_was_not_looked_up_is_not_called_sound(verdict, packages, code, words):
    text, found = verdict(packages)
    assert (found, words in text) == (code, True)
    assert ("None has" in text) == (code == 0)


@pytest.mark.parametrize(
    ("says", "code"),
    [(f"print({json.dumps({'dependencies': [SOUND]})!r})", 0), ("raise OSError", 3)],
)
def test_the_exit_code_is_that_of_the_verdict(script, tmp_path, says, code):
    (tmp_path / "pip_audit.py").write_text(says)
    command = [
        sys.executable,
        "-c",
        f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')",
    ]
    ended = subprocess.run(
        command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert ended.returncode == code
    assert ("NOT AUDITED" in ended.stdout) == (code == 3)
