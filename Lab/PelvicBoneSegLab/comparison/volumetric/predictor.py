"""Bones of a scan by the 3D network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from monai.inferers import sliding_window_inference
from torch.nn import functional

from PelvicBoneSegLib.segmentation.device import autocast_dtype, choose_device
from PelvicBoneSegLib.segmentation.preparation import network_size, normalise, resample_in_plane
from PelvicBoneSegLib.segmentation.volume import Volume

from ...data.cases import class_indices
from .trainer import read_volumetric_network

_OVERLAP = 0.5


class VolumetricPredictor:
    """The network in windows over the scan, see `predictors.Predictor`.

    Parameters
    ----------
    folder
        What `VolumetricTrainer` wrote.
    device
        Where to run.
    """

    def __init__(self, folder: Path, device: str = "auto") -> None:
        self._description, network = read_volumetric_network(folder)
        self._device = choose_device(device)
        self._network = network.to(self._device)

    @property
    def parameters(self) -> int:
        """How many the network has."""
        return sum(parameter.numel() for parameter in self._network.parameters())

    def predict(self, volume: Volume) -> np.ndarray:
        """Return class indices, uint8, shape (K, J, I)."""
        plane, spacing = self._description["plane"], self._description["spacing_mm"]
        axes = volume.axes
        voxels = np.ascontiguousarray(axes.to_stack(volume.voxels, plane), dtype=np.float32)
        size = network_size(voxels.shape, axes.stack_spacing(plane), spacing)
        stack = torch.from_numpy(voxels).to(self._device)
        stack = resample_in_plane(normalise(stack, *self._description["percentiles"]), size)
        logits = self._in_windows(stack)
        on_grid = functional.interpolate(
            logits.softmax(dim=0).movedim(0, 1), size=voxels.shape[1:], mode="bilinear"
        )
        classes = np.empty(volume.voxels.shape, np.uint8)
        axes.to_stack(classes, plane)[:] = on_grid.argmax(dim=1).byte().cpu().numpy()
        return class_indices(classes, tuple(self._description["classes"][1:]))

    def _in_windows(self, stack: torch.Tensor) -> torch.Tensor:
        """Return logits, float32, shape (classes, S, H, W)."""
        dtype = autocast_dtype(self._device)
        autocasts = dtype is not torch.float32
        with torch.inference_mode(), torch.autocast(self._device.type, dtype, enabled=autocasts):
            found = sliding_window_inference(
                stack[None, None],
                self._description["network"]["patch"],
                sw_batch_size=1,
                predictor=self._network,
                overlap=_OVERLAP,
                mode="gaussian",
                padding_mode="constant",
                cval=-1.0,
            )
        assert isinstance(found, torch.Tensor)
        return found[0].float()
