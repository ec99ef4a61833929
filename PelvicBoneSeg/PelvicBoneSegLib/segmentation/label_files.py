"""Label maps as files: Slicer's segmentation and plain NIfTI."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy import SegmentDefinition
from ..errors import UnreadableImageError
from ..message import Message, templates
from .file_checks import check_nifti
from .itk_image import as_itk_image
from .native_stderr import captured_native_stderr
from .terminology_entry import terminology_entry

_ = templates(__name__)

_COMPRESSION_LEVEL = 3
"""Of zlib. Beyond it label maps take three times as long and shrink by a few percent."""

SKEW_TOLERANCE = 1e-4
"""Cosine between axes beyond which NIfTI's right-angled axes are worth a warning."""

_DISK_FULL = "the image could not be stored; is the disk full?"


@dataclass(frozen=True)
class LabelledSegment:
    """What a file says about a label value.

    Attributes
    ----------
    id, name
        Identifier and what the user reads.
    label
        The value.
    colour
        Red, green, blue in 0–1.
    tags
        Of the segment, such as ``TerminologyEntry``.
    """

    id: str
    name: str
    label: int
    colour: tuple[float, float, float]
    tags: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, definition: SegmentDefinition) -> LabelledSegment:
        """Describe one of our bones."""
        tags = (("TerminologyEntry", terminology_entry(definition)),)
        return cls(definition.id, definition.name, definition.label, definition.colour, tags)


def write_seg_nrrd(
    path: Path, labels: np.ndarray, ijk_to_lps: np.ndarray, segments: Sequence[LabelledSegment]
) -> None:
    """Write a segmentation that Slicer loads with names, colours and SNOMED CT codes.

    The fields are those of Slicer's vtkMRMLSegmentationStorageNode.

    Parameters
    ----------
    path
        File name ending in ``.seg.nrrd``.
    labels
        Unsigned integers, shape (K, J, I), with the label values of the segments.
    ijk_to_lps
        4×4 matrix, as in `Volume`.
    segments
        The segments to list.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    import SimpleITK as sitk

    image = as_itk_image(labels, ijk_to_lps)
    image.SetMetaData("Segmentation_ContainedRepresentationNames", "Binary labelmap|")
    image.SetMetaData("Segmentation_MasterRepresentation", "Binary labelmap")
    image.SetMetaData("Segmentation_ReferenceImageExtentOffset", "0 0 0")
    for number, segment in enumerate(segments):
        for field, value in _fields(segment, labels.shape):
            image.SetMetaData(f"Segment{number}_{field}", " ".join(value.splitlines()))
    _write(image, path)
    try:
        with captured_native_stderr():
            stored = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    except RuntimeError as error:
        raise OSError(errno.EIO, _DISK_FULL) from error
    if not np.array_equal(stored, labels):
        raise OSError(errno.EIO, _DISK_FULL)


def write_nifti(path: Path, voxels: np.ndarray, ijk_to_lps: np.ndarray) -> None:
    """Write an image or a label map as NIfTI, without any text in its header.

    Parameters
    ----------
    path
        File name ending in ``.nii.gz``.
    voxels
        Shape (K, J, I).
    ijk_to_lps
        4×4 matrix, as in `Volume`. NIfTI as ITK writes it has axes at right angles; skewed ones
        become the nearest such.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    _write(as_itk_image(voxels, ijk_to_lps), path)
    try:
        check_nifti(path)
    except UnreadableImageError as error:
        raise OSError(errno.EIO, _DISK_FULL) from error


def write_nrrd(path: Path, voxels: np.ndarray, ijk_to_lps: np.ndarray) -> None:
    """Write an image as NRRD, without any text in its header and without compression.

    Parameters
    ----------
    path
        File name ending in ``.nrrd``.
    voxels
        Shape (K, J, I).
    ijk_to_lps
        4×4 matrix, as in `Volume`; skewed axes are kept.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    _write(as_itk_image(voxels, ijk_to_lps), path, is_compressed=False)
    if path.stat().st_size < voxels.nbytes:
        raise OSError(errno.EIO, _DISK_FULL)


def nifti_warnings(ijk_to_lps: np.ndarray, where: str) -> tuple[str, ...]:
    """Say in words what a NIfTI file, called `where`, cannot keep of a geometry."""
    unit = ijk_to_lps[:3, :3] / np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
    skew = float(np.abs((unit.T @ unit)[np.triu_indices(3, 1)]).max())
    if skew <= SKEW_TOLERANCE:
        return ()
    return (
        Message(
            _(
                "The scan's axes are {degrees:.2g}° from a right angle, which NIfTI files cannot "
                "say to all programs: in {where} they are at right angles."
            ),
            degrees=float(np.rad2deg(np.arcsin(skew))),
            where=where,
        ),
    )


def write_colour_table(path: Path, segments: Iterable[LabelledSegment]) -> None:
    """Write the names and colours of label values as Slicer's colour table (.ctbl).

    Raises
    ------
    OSError
        It cannot be stored.
    """
    lines = [
        "# Color table file: label value, name, red, green, blue, opacity",
        "0 Background 0 0 0 0",
    ]
    for segment in sorted(segments, key=lambda one: one.label):
        # Columns are separated by blanks: vtkMRMLColorTableStorageNode turns _ back into them.
        name = "_".join(segment.name.split()) or segment.id
        colour = " ".join(str(round(255 * value)) for value in segment.colour)
        lines.append(f"{segment.label} {name} {colour} 255")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _write(image: Any, path: Path, is_compressed: bool = True) -> None:
    import SimpleITK as sitk

    # ITK only prints that a disk is full, and goes on.
    try:
        with captured_native_stderr():
            sitk.WriteImage(
                image,
                str(path),
                useCompression=is_compressed,
                compressionLevel=_COMPRESSION_LEVEL,
            )
    except RuntimeError as error:
        raise OSError(errno.EIO, _DISK_FULL) from error


def _fields(segment: LabelledSegment, shape: tuple[int, ...]) -> Iterable[tuple[str, str]]:
    yield "ID", segment.id
    yield "Name", segment.name
    yield "NameAutoGenerated", "0"
    yield "LabelValue", str(segment.label)
    yield "Layer", "0"
    yield "Color", " ".join(str(value) for value in segment.colour)
    yield "ColorAutoGenerated", "0"
    yield "Extent", " ".join(f"0 {count - 1}" for count in shape[::-1])
    yield "Tags", "".join(f"{key}:{value}|" for key, value in segment.tags)
