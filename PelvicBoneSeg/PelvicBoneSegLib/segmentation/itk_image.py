"""Voxels with their geometry as an image of ITK."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_itk_image(voxels: np.ndarray, ijk_to_lps: np.ndarray) -> Any:
    """Return a SimpleITK image.

    Parameters
    ----------
    voxels
        Shape (K, J, I).
    ijk_to_lps
        4×4 matrix from voxel indices (i, j, k) to LPS in mm, without shear.
    """
    import SimpleITK as sitk

    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
    image = sitk.GetImageFromArray(voxels)
    image.SetOrigin(ijk_to_lps[:3, 3].tolist())
    image.SetSpacing(spacing.tolist())
    image.SetDirection((ijk_to_lps[:3, :3] / spacing).ravel().tolist())
    return image
