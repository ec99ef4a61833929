"""A small picture of a scan."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from PelvicBoneSegLib.segmentation.volume import Volume

SIDE = 192
"""Pixels of the longer side."""

_WINDOW = (1.0, 99.0)
"""Percentiles of the slice that become black and white."""

_PLANE = "coronal"
"""Of nearly cubic voxels: it shows most of a pelvis."""


def write_thumbnail(path: Path, volume: Volume) -> None:
    """Draw the middle slice of the acquisition plane, as a radiologist hangs it, as PNG.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    import SimpleITK as sitk

    plane = volume.axes.acquisition_plane or _PLANE
    stack = volume.axes.to_stack(volume.voxels, plane)
    _, between_rows, between_columns = volume.axes.stack_spacing(plane)
    image = sitk.GetImageFromArray(_windowed(stack[len(stack) // 2]))
    extent = np.array(image.GetSize()) * (between_columns, between_rows)
    pixel = float(extent.max()) / SIDE
    image.SetSpacing((between_columns, between_rows))
    size = np.maximum(1, np.round(extent / pixel)).astype(int).tolist()
    # Of the first pixel's centre: the corners of both pictures are to fall on each other.
    origin = [(pixel - spacing) / 2 for spacing in (between_columns, between_rows)]
    small = sitk.Resample(
        image, size, sitk.Transform(2, sitk.sitkIdentity), sitk.sitkLinear, origin, (pixel, pixel)
    )
    try:
        sitk.WriteImage(sitk.Cast(small, sitk.sitkUInt8), str(path), useCompression=True)
    except RuntimeError as error:
        raise OSError(str(error)) from error


def _windowed(pixels: np.ndarray) -> np.ndarray:
    grey = pixels.astype(np.float32)
    low, high = np.percentile(grey, _WINDOW)
    return np.clip((grey - low) / max(float(high - low), 1e-6), 0, 1) * 255
