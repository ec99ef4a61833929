"""A labelled scan as normalised slices at the spacing of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from PelvicBoneSegLib.segmentation.preparation import network_size, normalise, resample_in_plane

from .cases import LabelledScan


@dataclass(frozen=True, eq=False)
class TrainingStack:
    """A scan as the network sees it, in one plane.

    Attributes
    ----------
    image
        float16 tensor, shape (S, H, W), normalised.
    labels
        uint8 tensor of class indices, same shape.
    silent
        uint8 tensor, same shape; bits as in `cases.LabelledScan`.
    slice_spacing
        Distance between slices in mm.
    """

    image: torch.Tensor
    labels: torch.Tensor
    silent: torch.Tensor
    slice_spacing: float


def make_stack(scan: LabelledScan, model: dict[str, Any], plane: str) -> TrainingStack:
    """Bring a scan to the network's spacing, exactly as the inference engine does.

    Parameters
    ----------
    model
        The ``model`` section of the configuration.
    plane
        One of `orientation.PLANES`.
    """
    axes = scan.volume.axes
    spacing = axes.stack_spacing(plane)
    voxels = np.ascontiguousarray(axes.to_stack(scan.volume.voxels, plane), dtype=np.float32)
    size = network_size(voxels.shape, spacing, model["spacing_mm"])
    image = resample_in_plane(normalise(torch.from_numpy(voxels), *model["percentiles"]), size)

    def nearest(array: np.ndarray) -> torch.Tensor:
        stack = torch.from_numpy(np.ascontiguousarray(axes.to_stack(array, plane)))
        return functional.interpolate(stack[:, None], size=size, mode="nearest-exact")[:, 0]

    return TrainingStack(image.half(), nearest(scan.labels), nearest(scan.silent), spacing[0])
