"""A folder of DICOM files that holds one series of slices."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

from ..errors import (
    AbsurdGeometryError,
    EmptyDicomFolderError,
    IrregularSlicesError,
    NotScalarError,
    OutOfMemoryError,
    SeveralSeriesError,
    TooFewSlicesError,
    UnreadableImageError,
    WrongDimensionError,
)
from .dicom_slice import DicomSlice, read_slice
from .file_checks import check_name
from .image_file import is_out_of_memory
from .native_stderr import captured_native_stderr

GAP_TOLERANCE = 0.1
"""How far a slice may be from its place in a regular stack, in slice distances."""

PARALLEL_TOLERANCE = 1e-3
"""How far row and column directions (unit vectors) may differ between slices."""

ORTHONORMAL_TOLERANCE = 0.01
"""How far row and column directions may be from unit vectors at a right angle."""

SPACING_TOLERANCE = 0.01
"""How far the pixel spacing may differ between slices, relatively."""


def read_dicom_folder(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the one series of slices in a folder.

    Localisers, series of fewer than three slices and other files may lie beside it. Folders within
    the folder are not looked into.

    Returns
    -------
    Voxels of shape (K, J, I) and the 4×4 IJK→LPS matrix, slices along their normal.

    Raises
    ------
    EmptyDicomFolderError, SeveralSeriesError
        Not exactly one series.
    UnreadableImageError, NotScalarError, WrongDimensionError, TooFewSlicesError
        A file is damaged, or the series is no scalar 3D volume.
    IrregularSlicesError
        The slices are not parallel, or one is missing or elsewhere.
    AbsurdGeometryError
        Pixel spacing or directions are impossible.
    OutOfMemoryError
        The voxels do not fit into memory.
    """
    slices = _only_series(path)
    _check_headers(path, slices)
    normal = np.cross(*slices[0].orientation)
    slices = sorted(slices, key=lambda one: float(one.position @ normal))
    step = _check_stack(path, slices)
    return _read_voxels([one.path for one in slices]), _matrix(slices[0], step)


def _only_series(folder: Path) -> list[DicomSlice]:
    series = defaultdict(list)
    for path in sorted(folder.iterdir()):
        one = read_slice(path) if path.is_file() else None
        if one is not None:
            series[one.series].append(one)
    found = list(series.values())
    stacks = [one for one in found if len(one) >= 3 and not one[0].is_localiser] or found
    if not stacks:
        raise EmptyDicomFolderError(folder)
    if len(stacks) > 1:
        raise SeveralSeriesError(folder, [_description(one) for one in stacks])
    return stacks[0]


def _description(slices: list[DicomSlice]) -> str:
    return f"{slices[0].description} ({len(slices)} images)"


def _check_headers(folder: Path, slices: list[DicomSlice]) -> None:
    for one in slices:
        _check_slice(one)
    first = slices[0]
    if len(slices) < 3:
        raise TooFewSlicesError((len(slices), first.rows, first.columns))
    if any((one.rows, one.columns) != (first.rows, first.columns) for one in slices):
        raise IrregularSlicesError(folder, "they differ in size")
    spacings = [one.pixel_spacing for one in slices]
    if not np.allclose(spacings, first.pixel_spacing, rtol=SPACING_TOLERANCE):
        raise IrregularSlicesError(folder, "they differ in pixel spacing")


def _check_slice(one: DicomSlice) -> None:
    check_name(one.path)
    if one.frames > 1:
        raise UnreadableImageError(
            one.path, "it is a multi-frame DICOM object (load it into Slicer, save as NRRD)"
        )
    if one.samples > 1:
        raise NotScalarError(one.samples)
    if not one.has_place:
        raise UnreadableImageError(one.path, "its DICOM header does not say where the slice is")
    if (one.pixel_spacing <= 0).any():
        raise AbsurdGeometryError(f"the pixel spacing in {one.path.name} is not positive")
    cosines = one.orientation @ one.orientation.T
    if not np.allclose(cosines, np.eye(2), atol=ORTHONORMAL_TOLERANCE):
        raise AbsurdGeometryError(f"rows and columns in {one.path.name} are not at right angles")
    if one.is_cut_off:
        raise UnreadableImageError(one.path, "it is truncated")


def _check_stack(folder: Path, slices: list[DicomSlice]) -> np.ndarray:
    """Return the vector in mm from one slice to the next."""
    turned = [np.abs(one.orientation - slices[0].orientation).max() for one in slices]
    if max(turned) > PARALLEL_TOLERANCE:
        raise IrregularSlicesError(folder, "they are not parallel")
    positions = np.array([one.position for one in slices])
    gaps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    usual = float(np.median(gaps))
    if gaps.min() < GAP_TOLERANCE * usual or usual == 0:
        raise WrongDimensionError(4)  # several images of one place: time points, echoes
    worst = int(np.argmax(np.abs(gaps - usual)))
    if abs(gaps[worst] - usual) > GAP_TOLERANCE * usual:
        raise IrregularSlicesError(
            folder,
            f"{slices[worst].path.name} and {slices[worst + 1].path.name} are {gaps[worst]:.4g} mm "
            f"apart, the others {usual:.4g} mm, so slices may be missing",
        )
    step = (positions[-1] - positions[0]) / (len(slices) - 1)
    off = np.linalg.norm(positions - positions[0] - np.arange(len(slices))[:, None] * step, axis=1)
    if off.max() > GAP_TOLERANCE * usual:
        raise IrregularSlicesError(
            folder, f"{slices[int(off.argmax())].path.name} is {off.max():.4g} mm out of line"
        )
    return step


def _matrix(first: DicomSlice, step: np.ndarray) -> np.ndarray:
    """DICOM PS3.3 C.7.6.2.1.1; pixel spacing gives the distance of rows first."""
    between_rows, between_columns = (float(value) for value in first.pixel_spacing)
    along_i, along_j = first.orientation
    matrix = np.eye(4)
    matrix[:3, 0] = along_i * between_columns
    matrix[:3, 1] = along_j * between_rows
    matrix[:3, 2] = step
    matrix[:3, 3] = first.position
    return matrix


def _read_voxels(paths: list[Path]) -> np.ndarray:
    import SimpleITK as sitk

    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in paths])
    with captured_native_stderr():
        try:
            return sitk.GetArrayFromImage(reader.Execute())
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise OutOfMemoryError from error
            raise UnreadableImageError(
                paths[0].parent, "the voxels of a DICOM file in it are truncated or damaged"
            ) from error
