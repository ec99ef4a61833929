"""Random changes of a batch of slices, on the device, the same for all channels of a slice."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.nn import functional


class Augmentation:
    """Random pose and appearance.

    Parameters
    ----------
    settings
        The ``augmentation`` section of the configuration. Ranges are uniform; ``flip`` and
        ``blur`` are probabilities; ``shift`` is a fraction of the patch.
    patch
        Rows and columns of the result.
    generator
        Source of all randomness.
    """

    def __init__(self, settings: dict[str, Any], patch: int, generator: torch.Generator) -> None:
        self._settings = settings
        self._patch = patch
        self._generator = generator

    def __call__(
        self, images: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Change a batch.

        Parameters
        ----------
        images
            Shape (N, C, H, W), normalised.
        labels
            Class indices, shape (N, H, W).

        Returns
        -------
        Images (N, C, patch, patch), float32, and labels (N, patch, patch), int64.
        """
        images, labels = self._transform_space(images.float(), labels)
        return self._transform_intensity(images), labels

    def _uniform(self, name: str, n: int) -> torch.Tensor:
        low, high = self._settings[name]
        return torch.empty(n).uniform_(low, high, generator=self._generator)

    def _happens(self, name: str, n: int) -> torch.Tensor:
        return torch.rand(n, generator=self._generator) < self._settings[name]

    def _transform_space(
        self, images: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        n, _, rows, columns = images.shape
        angle = self._uniform("rotation_deg", n) * math.pi / 180
        zoom = 1 / self._uniform("scale", n)
        mirror = torch.where(self._happens("flip", n), -1.0, 1.0)
        # Patch coordinates in −1…1 to image coordinates, so that a pixel keeps its size in mm.
        to_x, to_y = self._patch / columns * zoom, self._patch / rows * zoom
        matrix = torch.zeros(n, 2, 3)
        matrix[:, 0, 0] = mirror * angle.cos() * to_x
        matrix[:, 0, 1] = -angle.sin() * to_x
        matrix[:, 1, 0] = mirror * angle.sin() * to_y
        matrix[:, 1, 1] = angle.cos() * to_y
        matrix[:, 0, 2] = self._uniform("shift", n)
        matrix[:, 1, 2] = self._uniform("shift", n)
        grid = functional.affine_grid(
            matrix, [n, 1, self._patch, self._patch], align_corners=False
        ).to(images.device)
        # The darkest value is −1, and grid_sample pads with 0.
        moved = functional.grid_sample(images + 1, grid, mode="bilinear", align_corners=False) - 1
        moved_labels = functional.grid_sample(
            labels[:, None].float(), grid, mode="nearest", align_corners=False
        )
        return moved, moved_labels[:, 0].long()

    def _transform_intensity(self, images: torch.Tensor) -> torch.Tensor:
        n, _, rows, columns = images.shape

        def per_image(values: torch.Tensor) -> torch.Tensor:
            return values.to(images.device)[:, None, None, None]

        # Normalised intensities lie in −1…2; 0…1 is where gamma is defined.
        unit = (images + 1) / 3
        unit = unit.clamp(1e-4, 1) ** per_image(self._uniform("gamma", n).exp())
        images = unit * 3 - 1
        images = images * per_image(self._uniform("contrast", n))
        images = images + per_image(self._uniform("brightness", n))
        strength = self._uniform("bias_field", n)[:, None, None, None]
        coarse = torch.randn(n, 1, 4, 4, generator=self._generator) * strength
        field = functional.interpolate(
            coarse.to(images.device), size=(rows, columns), mode="bicubic", align_corners=False
        )
        images = (images + 1) * field.exp() - 1
        blurred = functional.avg_pool2d(images, 3, 1, 1)
        images = torch.where(per_image(self._happens("blur", n)), blurred, images)
        noise = torch.randn(images.shape, generator=self._generator).to(images.device)
        return (images + noise * per_image(self._uniform("noise", n))).clamp_(-1.5, 3)
