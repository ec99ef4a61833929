"""Image files, read by ITK."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import (
    AbsurdGeometryError,
    NotScalarError,
    OutOfMemoryError,
    PelvicBoneSegError,
    UnreadableImageError,
    WrongDimensionError,
)
from .file_checks import check_meta_image, check_nifti
from .native_stderr import captured_native_stderr

_GEOMETRY_WORDS = ("orthonormal", "spacing", "direction")
"""What ITK's exceptions speak of when the geometry is at fault."""

_MEMORY_WORDS = ("bad_alloc", "bad alloc", "allocate memory")


def read_image_file(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a NIfTI, NRRD or MetaImage file.

    Parameters
    ----------
    path
        An existing file.

    Returns
    -------
    Voxels of shape (K, J, I) and the 4×4 IJK→LPS matrix.

    Raises
    ------
    UnreadableImageError
        Empty, truncated, damaged, or another format.
    WrongDimensionError, NotScalarError, AbsurdGeometryError
        An image, but no scalar 3D volume on a grid.
    OutOfMemoryError
        The voxels do not fit into memory.
    """
    import SimpleITK as sitk

    if not path.stat().st_size:
        raise UnreadableImageError(path, "the file is empty")
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    with captured_native_stderr() as printed:
        _check_format(path, reader.GetImageIOFromFileName(str(path)))
        try:
            reader.ReadImageInformation()
            _check_pixels(reader)
            image = reader.Execute()
        except RuntimeError as error:
            raise _explained(path, error) from error
        if "Uncompress failed" in printed():
            raise UnreadableImageError(path, "its compressed voxels are damaged")
    return _voxels_and_matrix(image)


def ijk_to_lps(
    origin: np.ndarray, directions: np.ndarray, spacing: np.ndarray | tuple[float, ...]
) -> np.ndarray:
    """Compose the 4×4 matrix; the columns of `directions` (3, 3) are the axes i, j, k."""
    matrix = np.eye(4)
    matrix[:3, :3] = directions * np.asarray(spacing)
    matrix[:3, 3] = origin
    return matrix


def is_out_of_memory(error: RuntimeError) -> bool:
    """Tell whether this is how ITK says that memory did not suffice."""
    return any(words in str(error).lower() for words in _MEMORY_WORDS)


def _check_format(path: Path, image_io: str) -> None:
    if image_io == "NiftiImageIO":
        check_nifti(path)
    elif image_io == "MetaImageIO":
        check_meta_image(path)
    elif image_io == "GDCMImageIO":
        raise UnreadableImageError(path, "it is a single DICOM file, give the folder of its series")
    elif image_io != "NrrdImageIO":
        if path.name.lower().endswith((".nii", ".nii.gz")):
            check_nifti(path)  # says what is damaged
        raise UnreadableImageError(path, "it is not an image in one of these formats")


def _check_pixels(reader: Any) -> None:
    import SimpleITK as sitk

    size = reader.GetSize()
    if len(size) < 3 or any(count > 1 for count in size[3:]):
        raise WrongDimensionError(len(size))
    if reader.GetPixelID() in (sitk.sitkComplexFloat32, sitk.sitkComplexFloat64):
        raise NotScalarError(2)
    if reader.GetNumberOfComponents() > 1:
        raise NotScalarError(reader.GetNumberOfComponents())


def _explained(path: Path, error: RuntimeError) -> PelvicBoneSegError:
    said = str(error).lower()
    if is_out_of_memory(error):
        return OutOfMemoryError()
    if any(word in said for word in _GEOMETRY_WORDS):
        return AbsurdGeometryError("its spacing or directions are zero, missing or contradictory")
    return UnreadableImageError(path, "it is truncated or damaged")


def _voxels_and_matrix(image: Any) -> tuple[np.ndarray, np.ndarray]:
    import SimpleITK as sitk

    dimension = image.GetDimension()
    voxels = sitk.GetArrayFromImage(image)
    directions = np.reshape(image.GetDirection(), (dimension, dimension))[:3, :3]
    matrix = ijk_to_lps(np.array(image.GetOrigin()[:3]), directions, image.GetSpacing()[:3])
    return voxels.reshape(voxels.shape[-3:]), matrix
