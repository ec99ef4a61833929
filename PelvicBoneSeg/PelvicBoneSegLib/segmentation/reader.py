"""A scan from the disk."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputNotFoundError, UnreadableImageError
from .dicom_folder import read_dicom_folder
from .image_file import read_image_file
from .volume import Volume

_SUFFIXES = (".nii.gz", ".seg.nrrd")
"""Those of two parts, which `Path.stem` would split."""


def read_volume(path: Path | str) -> Volume:
    """Read and check a scan.

    Parameters
    ----------
    path
        A NIfTI, NRRD or MetaImage (MHA, MHD) file, or a folder with one DICOM series.

    Returns
    -------
    Voxels of shape (K, J, I) with their IJK→LPS matrix.

    Raises
    ------
    InputError
        Each subclass is one thing that can be wrong with the input.
    """
    path = Path(path)
    if not path.exists():
        raise InputNotFoundError(path)
    read = read_dicom_folder if path.is_dir() else read_image_file
    try:
        return Volume(*read(path))
    except OSError as error:
        raise UnreadableImageError(path, error.strerror or str(error)) from error


def stem_of(path: Path | str) -> str:
    """Return what output files are named after: the file without its suffix, or the folder."""
    path = Path(path).resolve()
    if path.is_dir():
        return path.name
    for suffix in _SUFFIXES:
        if path.name.lower().endswith(suffix):
            return path.name[: -len(suffix)]
    return path.stem
