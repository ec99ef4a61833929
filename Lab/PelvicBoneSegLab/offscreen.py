"""VTK without a window."""

from __future__ import annotations

from typing import Any

import numpy as np


def render(
    renderer: Any, direction: tuple[float, float, float], size: tuple[int, int], zoom: float
) -> np.ndarray:
    """Draw what a renderer holds, all of it in view.

    Parameters
    ----------
    renderer
        A vtkRenderer with its actors.
    direction
        From the actors to the camera, LPS; superior is up.
    size
        Columns and rows.
    zoom
        How much closer than needed to have everything in view from any side.

    Returns
    -------
    RGBA, uint8, shape (rows, columns, 4).
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkLogger
    from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkWindowToImageFilter

    # On a machine without a screen VTK says so, and goes on without one.
    verbosity = vtkLogger.GetCurrentVerbosityCutoff()
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)
    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(8)
    window.SetAlphaBitPlanes(1)
    window.SetSize(size)
    window.AddRenderer(renderer)
    camera = renderer.GetActiveCamera()
    camera.SetFocalPoint(0, 0, 0)
    camera.SetPosition(direction)
    camera.SetViewUp(0, 0, 1)
    renderer.ResetCamera()
    camera.Zoom(zoom)
    window.Render()
    vtkLogger.SetStderrVerbosity(verbosity)
    grabber = vtkWindowToImageFilter()
    grabber.SetInput(window)
    grabber.SetInputBufferTypeToRGBA()
    grabber.ReadFrontBufferOff()
    grabber.Update()
    image = grabber.GetOutput()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars())
    picture = pixels.reshape(image.GetDimensions()[1], image.GetDimensions()[0], 4)[::-1].copy()
    window.RemoveRenderer(renderer)
    return picture
