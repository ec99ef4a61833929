"""``python -m PelvicBoneSegWeb.library.intake``, in the folder of an upload.

Settings come as one line of JSON on standard input, as arguments could be seen by others on the
computer; the answer is one line of JSON on standard output.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from shutil import disk_usage
from typing import Any

from PelvicBoneSegLib.errors import OutputNotWritableError, PelvicBoneSegError
from PelvicBoneSegLib.worker.failure import describe_error
from PelvicBoneSegLib.worker.streams import give_way, take_pipes

from ..errors import FULL_DISK, NO_SPACE, LibraryFullError
from ..limits import MEGABYTE, Limits
from .prepare import Prepared, prepare


def main() -> None:
    """Be the process."""
    source, target = take_pipes()
    with os.fdopen(source, "rb") as file:
        settings = json.loads(file.read())
    limits = Limits(**settings["limits"])
    give_way()
    _bound(limits)
    answer = _answer(bytes.fromhex(settings["secret"]), limits)
    with os.fdopen(target, "wb") as file:
        file.write(json.dumps(answer).encode())


def _bound(limits: Limits) -> None:
    """Have the system end what asks for too much."""
    for what, most in (
        (resource.RLIMIT_AS, limits.intake_memory_bytes),
        (resource.RLIMIT_CPU, limits.intake_cpu_s),
        (resource.RLIMIT_FSIZE, max(limits.archive_bytes, limits.scan_bytes)),
        (resource.RLIMIT_CORE, 0),  # voxels of a patient have no place in a core file
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard),) * 2)


def _answer(secret: bytes, limits: Limits) -> dict[str, Any]:
    try:
        return _described(prepare(Path(), secret, limits))
    except (PelvicBoneSegError, MemoryError) as error:
        return {"error": describe_error(error)}
    except OSError as error:
        # Not all that write say why they could not.
        if error.errno in NO_SPACE or disk_usage(Path()).free < MEGABYTE:
            return {"error": describe_error(LibraryFullError(FULL_DISK))}
        reason = error.strerror or "the disk could not be written to"
        return {"error": describe_error(OutputNotWritableError("the library", reason))}


def _described(prepared: Prepared) -> dict[str, Any]:
    scans = [{"folder": str(folder), **one.to_json()} for folder, one in prepared.scans]
    return {"scans": scans, "refused": list(prepared.refused)}


if __name__ == "__main__":
    main()
    sys.exit(0)
