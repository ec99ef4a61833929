"""A picture of a result: bones in 3D from two sides, and three slices with their outlines.

`python -m PelvicBoneSegLab.picture IMAGE LABELS OUTPUT.png --caption TEXT` makes one of any scan
with a label map that the command line wrote.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import vtk

from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.surface import closed_surface
from PelvicBoneSegLib.segmentation.volume import Volume

from .offscreen import render

_SIZE = (900, 900)
_BACKGROUND = (0.09, 0.10, 0.13)

ANTERIOR = (0.0, -1.0, 0.12)
LEFT_OBLIQUE = (0.8, -0.75, 0.3)
"""Directions from the bones to the camera, LPS."""


def render_bones(
    labels: np.ndarray, ijk_to_lps: np.ndarray, direction: tuple[float, float, float]
) -> np.ndarray:
    """Render every labelled segment in its colour, without a window.

    Parameters
    ----------
    labels
        uint8, shape (K, J, I), contract label values.
    ijk_to_lps
        4×4 matrix.
    direction
        From the bones to the camera, LPS; superior is up.

    Returns
    -------
    RGB picture, uint8, shape (rows, columns, 3).
    """
    renderer = vtk.vtkRenderer()
    renderer.SetBackground(_BACKGROUND)
    for segment in SEGMENTS:
        mask = labels == segment.label
        if mask.any():
            renderer.AddActor(_actor(closed_surface(mask, ijk_to_lps), segment.colour))
    return render(renderer, direction, _SIZE, zoom=1.1)[..., :3]


def save_picture(volume: Volume, labels: np.ndarray, path: Path, caption: str = "") -> None:
    """Draw slices with outlines above the bones in 3D, and write a PNG.

    Parameters
    ----------
    volume
        The scan.
    labels
        uint8, shape (K, J, I), contract label values.
    path
        Where to write.
    caption
        Line below the picture: source, attribution.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    plane = volume.axes.acquisition_plane or "coronal"
    images, masks = (volume.axes.to_stack(array, plane) for array in (volume.voxels, labels))
    spacing = volume.axes.stack_spacing(plane)
    figure = Figure(figsize=(12, 10.2), facecolor=_BACKGROUND)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, 6, height_ratios=(0.78, 1), hspace=0.02, wspace=0.02,
                               left=0.01, right=0.99, top=0.99, bottom=0.05)  # fmt: skip
    window = np.percentile(volume.voxels, (1, 99.5))
    for column, index in enumerate(_telling_slices(masks)):
        axes = figure.add_subplot(grid[0, 2 * column : 2 * column + 2])
        axes.imshow(images[index], cmap="gray", vmin=window[0], vmax=window[1],
                    aspect=spacing[1] / spacing[2])  # fmt: skip
        for segment in SEGMENTS:
            if (mask := masks[index] == segment.label).any():
                axes.contour(mask, levels=[0.5], colors=[segment.colour], linewidths=1.4)
        axes.set_axis_off()
    for half, direction in enumerate((ANTERIOR, LEFT_OBLIQUE)):
        axes = figure.add_subplot(grid[1, 3 * half : 3 * half + 3])
        axes.imshow(render_bones(labels, volume.ijk_to_lps, direction))
        axes.set_axis_off()
    figure.text(0.5, 0.018, caption, color="white", ha="center", fontsize=10)
    figure.savefig(path, dpi=110, facecolor=_BACKGROUND)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Draw a scan with its segmented bones.")
    parser.add_argument("image", type=Path)
    parser.add_argument("labels", type=Path, help="label map written by pelvicboneseg")
    parser.add_argument("output", type=Path, help="PNG file")
    parser.add_argument("--caption", default="")
    options = parser.parse_args(arguments)
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(options.labels)))
    save_picture(read_volume(options.image), labels, options.output, options.caption)


def _actor(surface: vtk.vtkPolyData, colour: tuple[float, float, float]) -> vtk.vtkActor:
    normals = vtk.vtkPolyDataNormals()
    normals.SetInputData(surface)
    normals.SplittingOff()
    mapper = vtk.vtkPolyDataMapper()
    mapper.SetInputConnection(normals.GetOutputPort())
    mapper.ScalarVisibilityOff()
    actor = vtk.vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(colour)
    actor.GetProperty().SetSpecular(0.15)
    return actor


def _telling_slices(masks: np.ndarray) -> list[int]:
    """Return three slices through the bones: a quarter, half and three quarters of the way."""
    filled = np.flatnonzero(masks.any(axis=(1, 2)))
    if not filled.size:
        return [len(masks) // 4, len(masks) // 2, 3 * len(masks) // 4]
    return [int(filled[round((filled.size - 1) * share)]) for share in (0.3, 0.5, 0.7)]


if __name__ == "__main__":
    main()
