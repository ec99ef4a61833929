"""Bones to interpolate between slices as a request; an `IsotropicResult` as an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..segmentation.isotropic import IsotropicResult
from ..segmentation.result import BoneSurface
from ..segmentation.volume import Volume
from .request import Arrays, Header, Request


def isotropic_request(
    volume: Volume,
    labels: np.ndarray,
    smoothing: float,
    bundle: str | Path,
    device: str = "auto",
) -> Request:
    """Ask for bones on thin slices.

    Parameters
    ----------
    volume, labels, smoothing
        As for `segmentation.isotropic.make_isotropic`.
    bundle, device
        As for `segmentation.segment_request`.

    Returns
    -------
    A request whose answer is an `IsotropicResult`.
    """
    header = {"bundle": str(bundle), "device": device, "smoothing": smoothing}
    arrays = {"voxels": volume.voxels, "ijk_to_lps": volume.ijk_to_lps, "labels": labels}
    return Request("isotropic", header, arrays, read_isotropic)


def write_isotropic(result: IsotropicResult) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Take a result apart into what a frame can carry."""
    volumes = [[label, *map(float, pair)] for label, pair in result.volumes_ml.items()]
    arrays = {"labels": result.labels, "ijk_to_lps": result.ijk_to_lps}
    for label, surface in result.surfaces.items():
        arrays |= {f"{name} {label}": array for name, array in surface._asdict().items()}
    return {"volumes_ml": volumes}, arrays


def read_isotropic(header: Header, arrays: Arrays) -> IsotropicResult:
    """Put a result together again. Its arrays are those of the frame."""
    volumes = {label: (before, after) for label, before, after in header["volumes_ml"]}
    surfaces = {
        label: BoneSurface(*(arrays[f"{name} {label}"] for name in BoneSurface._fields))
        for label in volumes
    }
    return IsotropicResult(arrays["labels"], arrays["ijk_to_lps"], surfaces, volumes)
