"""What can be downloaded, made by the library's exporters."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PelvicBoneSegLib.scene.export.formats import GLTF, NIFTI, NRRD, OBJ, PLY, STL
from PelvicBoneSegLib.scene.export.logic import prepare_export
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.file_names import safe_file_name
from PelvicBoneSegLib.segmentation.report import build_report

from ..segment.run import Written

FORMATS = {
    STL: "STL, a surface for each bone",
    OBJ: "OBJ, with colours",
    GLTF: "glTF, all bones in one file",
    PLY: "PLY",
    NIFTI: "Label map, NIfTI",
    NRRD: "Segmentation, .seg.nrrd (Slicer)",
}
"""The library's exporters that are offered here, in words."""

_TYPES = {
    ".glb": "model/gltf-binary",
    ".stl": "model/stl",
    ".ply": "application/octet-stream",
    ".gz": "application/gzip",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class Download:
    """One file, in memory.

    Attributes
    ----------
    name
        What the browser should call it.
    content
        Its bytes.
    """

    name: str
    content: bytes

    @property
    def content_type(self) -> str:
        """Its media type."""
        return _TYPES.get(Path(self.name).suffix, "application/octet-stream")


async def export(segmentation_node: Any, file_format: str) -> Download:
    """Export the visible segments; several files become one zip file.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode.
    file_format
        A key of `FORMATS`.

    Raises
    ------
    PelvicBoneSegError
        See `scene.export.logic.prepare_export`.
    """
    with TemporaryDirectory(prefix="pelvicboneseg-") as folder:
        job = prepare_export(segmentation_node, folder, file_format)
        result = await asyncio.to_thread(job.run)
        stem = safe_file_name(segmentation_node.GetName())
        return await asyncio.to_thread(_as_one, result.files, f"{stem}_{file_format}.zip")


async def report(written: Written, source: str) -> Download:
    """Return the account of a run: see docs/report.md.

    Parameters
    ----------
    written
        The run.
    source
        What the user calls the scan.

    Raises
    ------
    BundleError
        The bundle is no longer there.
    """
    result = written.result
    bundle = await asyncio.to_thread(Bundle.load, written.job.bundle)
    timings = {**result.timings, "total": written.seconds}
    content = build_report(result, written.job.volume, bundle, source, timings, ())
    text = json.dumps(content, indent=2, allow_nan=False)
    return Download(f"{safe_file_name(source)}.report.json", text.encode())


def _as_one(files: Sequence[Path], archive_name: str) -> Download:
    if len(files) == 1:
        return Download(files[0].name, files[0].read_bytes())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return Download(archive_name, stream.getvalue())
