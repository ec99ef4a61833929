"""One case, cut loose from the scene so that another thread can write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...anatomy import SEGMENTS, SegmentDefinition
from ...errors import Cancelled, OtherScanError
from ...message import Message, templates
from ...segmentation.label_files import nifti_warnings
from ...segmentation.result import CancelCallback, ProgressCallback
from ...segmentation.training_case import TrainingCase, case_files, write_training_case
from ...segmentation.volume import Volume
from ..export.label_map import LabelMap, NamedVoxels, label_map_on, warnings_of
from .bones import CaseBone, Origin, Status

_ = templates(__name__)


@dataclass(frozen=True)
class SavedCase:
    """What was written.

    Attributes
    ----------
    directory, name
        The dataset folder and the case's pseudonym.
    files
        In alphabetical order.
    bones
        Identifiers of the bones that are labelled.
    warnings
        One line each, for the user.
    """

    directory: Path
    name: str
    files: tuple[Path, ...]
    bones: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TrainingCaseJob:
    """A case that has been prepared.

    Attributes
    ----------
    directory, name
        The dataset folder and the case's pseudonym.
    volume
        A copy of the scan.
    bones, origins
        What is saved, and how it came about.
    voxels
        Copies of the bones' segments, in the order of the segmentation.
    names
        What the user calls segmentation and scan, for messages alone.
    """

    directory: Path
    name: str
    volume: Volume
    bones: tuple[CaseBone, ...]
    origins: tuple[Origin, ...]
    voxels: tuple[NamedVoxels, ...]
    names: tuple[str, str]

    def file_names(self) -> tuple[str, ...]:
        """Return the names of the case's files, within the dataset folder."""
        return case_files(self.name)

    def run(
        self, progress: ProgressCallback | None = None, cancel: CancelCallback | None = None
    ) -> SavedCase:
        """Write all files or none, in any thread: neither MRML nor Qt is touched.

        Raises
        ------
        Cancelled
            `cancel` returned True.
        OtherScanError
            No voxel of a bone lies in the scan.
        OutputNotWritableError
            The files could not be stored.
        """
        if progress:
            progress(0.0, self.name)
        found = label_map_on(self.voxels, self.volume.ijk_to_lps, self.volume.voxels.shape)
        counts = {one.label: int((found.labels == one.label).sum()) for one in self.voxels}
        if not any(counts.values()):
            raise OtherScanError(*self.names)
        if cancel and cancel():
            raise Cancelled
        if progress:
            progress(0.3, self.name)
        saved = [bone.definition for bone in self.bones if counts[bone.definition.label]]
        provenance = self._provenance(found, counts)
        case = TrainingCase(self.name, self.volume, found.labels, provenance)
        files = write_training_case(self.directory, case)
        warnings = (
            *warnings_of(found),
            *nifti_warnings(self.volume.ijk_to_lps, "the case"),
            *_partial_warnings(saved),
        )
        bones = tuple(bone.id for bone in saved)
        return SavedCase(self.directory, self.name, tuple(files), bones, warnings)

    def _provenance(self, found: LabelMap, counts: Mapping[int, int]) -> dict[str, Any]:
        ml = self.volume.voxel_volume_mm3 / 1000
        segments = [
            {
                "id": bone.definition.id,
                "label": bone.definition.label,
                "voxels": counts[bone.definition.label],
                "volume_ml": round(counts[bone.definition.label] * ml, 4),
                "status": bone.status.value,
                **asdict(origin),
            }
            for bone, origin in zip(self.bones, self.origins, strict=True)
            if counts[bone.definition.label]
        ]
        done = Status.COMPLETED.value
        return {
            "labelled": [segment["id"] for segment in segments],
            "verified": [segment["id"] for segment in segments if segment["status"] == done],
            "segments": segments,
            "resampled": found.resampled,
            "overlapping_voxels": sum(overlap[2] for overlap in found.overlaps),
        }


def _partial_warnings(saved: Sequence[SegmentDefinition]) -> tuple[str, ...]:
    missing = [segment.name for segment in SEGMENTS if segment not in saved]
    if not missing:
        return ()
    return (
        Message(
            _(
                "Not labelled: {bones}. Training learns nothing of them from this case, neither "
                "that they are there nor that they are not."
            ),
            bones=", ".join(missing),
        ),
    )
