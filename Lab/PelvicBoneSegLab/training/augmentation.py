"""Random pose and appearance of a slice, by MONAI's transforms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from monai.transforms import (
    Compose,
    RandAdjustContrastd,
    RandAffined,
    RandBiasFieldd,
    RandGaussianNoised,
    RandGaussianSmoothd,
    RandHistogramShiftd,
    RandScaleIntensityd,
    RandShiftIntensityd,
)

from .sample import Sample


class Augmentation:
    """Changes a slice, all its channels alike.

    Parameters
    ----------
    settings
        The ``augmentation`` section of the configuration; see docs/training.md.
    patch
        Rows and columns of the result.
    spacing_mm
        Size of a pixel.

    Attributes
    ----------
    flip
        How often left and right are exchanged.
    """

    def __init__(self, settings: dict[str, Any], patch: int, spacing_mm: float) -> None:
        maps, both = ["labels", "silent"], ["image", "labels", "silent"]
        often = settings["appearance"]
        self.flip: float = settings["flip"]
        # A single number would be for the first axis alone. MONAI scales the grid from which it
        # samples: an image twice as large is a grid half as large.
        low, high = (1 / value - 1 for value in reversed(settings["scale"]))
        self._transform = Compose(
            [
                RandAffined(
                    both,
                    prob=1,
                    rotate_range=math.radians(settings["rotation_deg"]),
                    shear_range=[settings["shear"]] * 2,
                    scale_range=[(low, high)] * 2,
                    translate_range=[settings["shift_mm"] / spacing_mm] * 2,
                    spatial_size=(patch, patch),
                    mode=["bilinear", *["nearest" for _ in maps]],
                    padding_mode="zeros",
                ),
                RandHistogramShiftd("image", num_control_points=(3, 8), prob=often / 2),
                RandAdjustContrastd("image", prob=often, gamma=settings["gamma"]),
                RandScaleIntensityd("image", factors=settings["contrast"], prob=often),
                RandShiftIntensityd("image", offsets=settings["brightness"] / 3, prob=often),
                RandBiasFieldd("image", coeff_range=(0, settings["bias_field"]), prob=often),
                RandGaussianSmoothd(
                    "image",
                    sigma_x=(0.3, settings["blur_px"]),
                    sigma_y=(0.3, settings["blur_px"]),
                    prob=often / 2,
                ),
                RandGaussianNoised("image", std=settings["noise"] / 3, prob=often),
            ]
        )

    def __call__(
        self,
        image: torch.Tensor,
        labels: torch.Tensor,
        silent: torch.Tensor,
        rng: np.random.Generator,
        *,
        columns_cross: bool = True,
    ) -> Sample:
        """Change a slice.

        Parameters
        ----------
        image
            Shape (C, H, W), normalised to −1…2.
        labels, silent
            Shape (H, W), uint8, see `Sample`; or (D, H, W), turned alike.
        rng
            Source of all randomness.
        columns_cross
            Whether columns run from one side of the body to the other, so that exchanging them
            exchanges left and right; not so in sagittal slices.
        """
        if columns_cross and rng.random() < self.flip:
            image, labels, silent = (one.flip(-1) for one in (image, labels, silent))
        self._transform.set_random_state(seed=int(rng.integers(2**31)))
        # MONAI pads with 0, which has to be the darkest value, and works on intensities of 0…1.
        changed = self._transform(
            {
                "image": (image + 1) / 3,
                "labels": labels.reshape(-1, *labels.shape[-2:]),
                "silent": silent.reshape(-1, *silent.shape[-2:]),
            }
        )
        maps = (np.asarray(changed[name]).astype(np.uint8) for name in ("labels", "silent"))
        shape = *labels.shape[:-2], *changed["image"].shape[-2:]
        return Sample(
            np.clip(np.asarray(changed["image"], np.float32) * 3 - 1, -1, 2),
            *(one.reshape(shape) for one in maps),
        )
