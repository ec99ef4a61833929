"""A scan from the disk."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputNotFoundError, OutOfMemoryError, UnreadableImageError
from .dicom_folder import read_dicom_folder
from .file_checks import check_name
from .image_file import read_image_file
from .volume import Volume

_NIFTI_SUFFIX = ".nii.gz"
"""Of two parts, which `Path.stem` would split."""


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
    OutOfMemoryError
        The scan does not fit into memory.
    """
    path = Path(path)
    check_name(path)
    try:
        if not path.exists():
            raise InputNotFoundError(path)
        read = read_dicom_folder if path.is_dir() else read_image_file
        return Volume(*read(path))
    except OSError as error:
        raise UnreadableImageError(path, error.strerror or str(error)) from error
    except MemoryError as error:
        raise OutOfMemoryError from error


def stem_of(path: Path | str) -> str:
    """Return what output files are named after: the file without its suffix, or the folder."""
    # A link gives its own name, not that of what it points to: data stores name files by digest.
    path = Path(os.path.abspath(path))
    if os.path.isdir(path):
        return path.name
    if path.name.lower().endswith(_NIFTI_SUFFIX):
        return path.name[: -len(_NIFTI_SUFFIX)]
    return path.stem
