"""The sample: the phantom that comes with the product, for who has no scan at hand."""

from __future__ import annotations

import asyncio
import io

from PelvicBoneSegLib.segmentation.resources import resource_dir

from ..library.folder import new_id
from ..library.scan import Scan
from ..library.security.access import Visitor
from ..library.web.services import Services

SAMPLE = "pelvic_phantom.nii.gz"
PATIENT = "Sample"


async def sample_scan(services: Services, visitor: Visitor) -> Scan:
    """Return the sample in the visitor's library; put it there where it is not yet.

    Raises
    ------
    LibraryError
        There is no room for it.
    """
    known = await asyncio.to_thread(services.library.index.scans, visitor.owner, PATIENT)
    for scan in known:
        if scan.description.patient == PATIENT:
            return scan
    content = (resource_dir() / "Samples" / SAMPLE).read_bytes()
    scans, _ = await services.uploads.take(
        visitor.owner, new_id(), _Bytes(content), len(content), PATIENT
    )
    return scans[0]


class _Bytes:
    """Bytes as `library.intake.receive.Stream`."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    async def read(self, n: int, /) -> bytes:
        return self._file.read(n)
