"""Connected parts of a mask, and the holes in it."""

from __future__ import annotations

import numpy as np

Voxels = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Indices k, j, i of some voxels, each of shape (N,), as `numpy.nonzero` gives them."""


def bounding_box(voxels: Voxels) -> tuple[slice, slice, slice]:
    """Return the smallest box that holds all voxels, of which there is at least one."""
    k, j, i = (slice(int(axis.min()), int(axis.max()) + 1) for axis in voxels)
    return k, j, i


def box_of(mask: np.ndarray) -> tuple[slice, slice, slice]:
    """Return the smallest box that holds all voxels that are set, of which there is at least one.

    The same as `bounding_box` of `numpy.nonzero`, which takes ten times as long on a whole scan.
    """
    rows = np.any(mask, axis=2)
    occupied = (np.any(rows, axis=1), np.any(rows, axis=0), np.any(mask, axis=(0, 1)))
    k, j, i = (np.flatnonzero(axis)[[0, -1]] for axis in occupied)
    return slice(k[0], k[1] + 1), slice(j[0], j[1] + 1), slice(i[0], i[1] + 1)


def number_parts(voxels: Voxels) -> np.ndarray:
    """Give each voxel the number of the connected part that it belongs to.

    Parts that touch by a corner are one part: in thick slices an oblique bone often does no more.

    Returns
    -------
    np.ndarray
        The number of each voxel's part, from 1; shape (N,).
    """
    import SimpleITK as sitk

    if not voxels[0].size:
        return np.zeros(0, np.uint32)
    box = bounding_box(voxels)
    inside = tuple(axis - extent.start for axis, extent in zip(voxels, box, strict=True))
    mask = np.zeros([extent.stop - extent.start for extent in box], np.uint8)
    mask[inside] = 1
    image = sitk.ConnectedComponent(sitk.GetImageFromArray(mask), True)
    return sitk.GetArrayFromImage(image)[inside]


def cavities(mask: np.ndarray) -> np.ndarray:
    """Find what a mask encloses on all sides.

    A passage that leads to the border of the array is open.

    Parameters
    ----------
    mask
        Boolean 3D array.

    Returns
    -------
    np.ndarray
        Boolean array of the same shape.
    """
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.pad(mask, 1).astype(np.uint8))
    filled = sitk.GetArrayFromImage(sitk.BinaryFillhole(image, False))
    return filled[1:-1, 1:-1, 1:-1].astype(bool) & ~mask


def slice_hole_sizes(stack: np.ndarray) -> np.ndarray:
    """Measure the holes in each slice of a mask.

    Parameters
    ----------
    stack
        Boolean array (slices, rows, columns).

    Returns
    -------
    np.ndarray
        uint32 array of the same shape: in a hole its size in pixels, 0 elsewhere.
    """
    sizes = np.zeros(stack.shape, np.uint32)
    for mask, found in zip(stack, sizes, strict=True):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if rows.size:
            box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            found[box] = _hole_sizes(mask[box])
    return sizes


def _hole_sizes(mask: np.ndarray) -> np.ndarray:
    import SimpleITK as sitk

    background = np.ones(np.add(mask.shape, 2), np.uint8)
    background[1:-1, 1:-1] = ~mask
    image = sitk.ConnectedComponent(sitk.GetImageFromArray(background), False)
    parts = sitk.GetArrayFromImage(image)
    sizes = np.bincount(parts.ravel()).astype(np.uint32)
    sizes[[0, parts[0, 0]]] = 0
    return sizes[parts[1:-1, 1:-1]]
