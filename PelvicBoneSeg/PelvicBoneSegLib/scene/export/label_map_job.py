"""Segments as one label map with a colour table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...segmentation.label_files import (
    LabelledSegment,
    nifti_warnings,
    write_colour_table,
    write_nifti,
    write_seg_nrrd,
)
from ...segmentation.output_folder import write_together
from ...segmentation.result import CancelCallback, ProgressCallback
from .formats import NIFTI
from .job import ExportResult, stop_if
from .label_map import NamedVoxels, label_map_on, warnings_of


@dataclass(frozen=True, eq=False)
class LabelMapJob:
    """Segments as one label map with a colour table.

    Attributes
    ----------
    directory, stem
        As in `SurfaceJob`.
    file_format
        ``"nifti"`` or ``"nrrd"``.
    segments
        What the file says about the values, in the order of `voxels`.
    voxels
        Copies of the segments, in the order of the segmentation.
    grid, shape
        See `label_map_on`.
    """

    directory: Path
    stem: str
    file_format: str
    segments: tuple[LabelledSegment, ...]
    voxels: tuple[NamedVoxels, ...]
    grid: np.ndarray
    shape: tuple[int, ...]

    def file_names(self) -> list[str]:
        """Return the names of the files that will be written."""
        suffix = ".nii.gz" if self.file_format == NIFTI else ".seg.nrrd"
        return [f"{self.stem}{suffix}", f"{self.stem}.ctbl"]

    def run(
        self, progress: ProgressCallback | None = None, cancel: CancelCallback | None = None
    ) -> ExportResult:
        """Write the label map: see `ExportJob.run`."""
        warnings: list[str] = []
        image_name, table_name = self.file_names()

        def fill(folder: Path) -> None:
            stop_if(cancel)
            if progress:
                progress(0.0, image_name)
            found = label_map_on(self.voxels, self.grid, self.shape)
            warnings.extend(warnings_of(found))
            stop_if(cancel)
            if progress:
                progress(0.5, image_name)
            if self.file_format == NIFTI:
                warnings.extend(nifti_warnings(found.ijk_to_lps, image_name))
                write_nifti(folder / image_name, found.labels, found.ijk_to_lps)
            else:
                write_seg_nrrd(folder / image_name, found.labels, found.ijk_to_lps, self.segments)
            write_colour_table(folder / table_name, self.segments)

        return ExportResult(tuple(write_together(self.directory, fill)), (), tuple(warnings))
