"""``python packaging/audit.py FILE …``: known vulnerabilities of the pinned packages.

FILE is a requirements or constraints file in which each line has a version. pip-audit, which has to
be installed beside this Python, asks PyPI's advisory database.

Exit codes: 0 all packages were looked up and none has a known vulnerability; 1 some have; 3 some,
or all, could not be looked up, where pip-audit by itself ends with 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

SOUND, VULNERABLE, NOT_AUDITED = 0, 1, 3

_NAMED = 8

_NEXT = "Run it again where PyPI can be reached."


def main(files: Sequence[str]) -> int:
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    for file in files:
        options += ["--requirement", file]
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options], capture_output=True, text=True
    )
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except ValueError:  # it writes no JSON where it gives up
        said = asked.stderr.strip().splitlines() or ["pip-audit said nothing"]
        print(f"NOT AUDITED: {said[-1]}\n{_NEXT}")
        return NOT_AUDITED
    text, code = verdict(packages)
    print(text)
    return code


def verdict(packages: Sequence[dict[str, Any]]) -> tuple[str, int]:
    """Return what is to be read, and the exit code, for pip-audit's list of packages."""
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {flaw['id']}, {_fixed(flaw)}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    code = VULNERABLE if lines else SOUND
    looked_up = len(packages) - len(skipped)
    lines.append(f"{looked_up} of {len(packages)} packages were looked up.")
    if skipped or not packages:
        some = ", ".join([*skipped[:_NAMED], *(["…"] if len(skipped) > _NAMED else [])])
        lines.append(f"NOT AUDITED: {some or 'anything'}. {_NEXT}")
        code = code or NOT_AUDITED
    elif code == SOUND:
        lines.append("None has a known vulnerability.")
    return "\n".join(lines), code


def _fixed(flaw: dict[str, Any]) -> str:
    versions = flaw["fix_versions"]
    return f"fixed in {', '.join(versions)}" if versions else "not fixed yet"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
