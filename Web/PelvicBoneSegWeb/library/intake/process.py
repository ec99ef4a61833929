"""The process that looks into an upload, as the server sees it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.errors import OutOfMemoryError
from PelvicBoneSegLib.worker.failure import restore_error

from ..errors import IntakeFailedError, TooLargeWhenReadError
from ..limits import Limits
from ..scan import ScanDescription
from .prepare import Prepared

TOKEN_VARIABLE = "PELVICBONESEG_TOKEN"

_COMMAND = (sys.executable, "-m", "PelvicBoneSegWeb.library.intake")


async def check_upload(folder: Path, secret: bytes, limits: Limits) -> Prepared:
    """Have the file `prepare.UPLOAD` in a folder checked and made ready to be stored.

    Cancelling ends the process.

    Raises
    ------
    InputError
        The file is refused.
    TooLargeWhenReadError
        It fits into less than the process may use.
    IntakeFailedError
        The process died or took too long.
    """
    settings = {"limits": asdict(limits), "secret": secret.hex()}
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        cwd=folder,
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await asyncio.wait_for(
            process.communicate(json.dumps(settings).encode()), limits.intake_s
        )
    except asyncio.TimeoutError as error:
        raise IntakeFailedError(f"it took more than {limits.intake_s:g} seconds") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not said:
        raise IntakeFailedError(_how_it_ended(process.returncode or 0))
    return _read_answer(json.loads(said), folder, limits)


def environment() -> dict[str, str]:
    """Return our own environment without the tokens; both libraries are found from any folder.

    "python -m" would look into the working folder first, and there lies what strangers sent.
    """
    paths = [os.path.abspath(path) for path in sys.path if path]
    kept = {name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}


def _read_answer(answer: Mapping[str, Any], folder: Path, limits: Limits) -> Prepared:
    if "error" in answer:
        error = restore_error(answer["error"])
        if isinstance(error, OutOfMemoryError):
            # It is the bound on the process that was reached, not the server's memory.
            raise TooLargeWhenReadError(limits.intake_memory_bytes, limits.scan_bytes) from error
        raise error
    scans = []
    for one in answer["scans"]:
        name = one.pop("folder")
        scans.append((folder / name, ScanDescription.from_json(one)))
    return Prepared(tuple(scans), tuple(answer["refused"]))


def _how_it_ended(code: int) -> str:
    try:
        return f"the check ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"the check ended with exit code {code}"
