"""Speed and memory of the metrics, against MONAI's own functions in the same run: `make bench`.

The pair is the embedded phantom's label map on a fine grid and the same shifted by a few voxels.
Each way runs in a process of its own, so that peak memory is its own, labels included.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import SimpleITK as sitk
import torch

from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.label_scheme import DEFAULT_SCHEME, LabelScheme
from PelvicBoneSegLib.evaluation.metrics import TOLERANCE_MM, evaluate_pair, evaluate_slices
from PelvicBoneSegLib.segmentation.resources import resource_dir

SIZE = (512, 512, 200)
THREADS = 2
SHIFT = (1, 2, 3)
"""Voxels along k, j, i by which the prediction is off."""

LIMIT_SECONDS, LIMIT_GB = 20, 3


def main() -> None:
    """Measure and print."""
    seconds, gigabytes = _in_own_process(measure_ours)
    monai_seconds, monai_gigabytes = _in_own_process(measure_monai)
    volumes, slices = seconds
    print(f"six bones, {'×'.join(map(str, SIZE))} voxels, {THREADS} threads")
    print(f"{'metrics of the volumes':34}{volumes:8.2f} s")
    print(f"{'metrics of all slices':34}{slices:8.2f} s")
    print(f"{'… both':34}{volumes + slices:8.2f} s   limit {LIMIT_SECONDS}")
    print(f"{'… peak memory':34}{gigabytes:8.2f} GB  limit {LIMIT_GB}")
    ratio = monai_seconds[0] / volumes
    print(f"{'MONAI, volumes alone':34}{monai_seconds[0]:8.2f} s   ratio {ratio:.1f}")
    print(f"{'… peak memory':34}{monai_gigabytes:8.2f} GB")


def measure_ours() -> tuple[float, ...]:
    """Return the seconds for the volumes and for all of their slices."""
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(THREADS)
    truth, spacing = _labels()
    values = LabelScheme.load(DEFAULT_SCHEME).values
    matrix = np.diag([*spacing, 1.0])
    a, b = (
        LabelMap.from_labels(labels, values, matrix)
        for labels in (np.roll(truth, SHIFT, axis=(0, 1, 2)), truth)
    )
    return _seconds(lambda: evaluate_pair(a, b)), _seconds(lambda: evaluate_slices(a, b))


def measure_monai() -> tuple[float, ...]:
    """Return the seconds for the volumes, with the same pieces of surface as ours."""
    from monai import metrics

    torch.set_num_threads(THREADS)
    labels, spacing = _labels()
    truth = torch.from_numpy(labels)
    prediction = truth.roll(SHIFT, dims=(0, 1, 2))
    k_j_i = spacing[::-1]

    def compare() -> None:
        for value in LabelScheme.load(DEFAULT_SCHEME).values:
            pair = [(array == value)[None, None] for array in (prediction, truth)]
            metrics.compute_dice(*pair)
            metrics.compute_iou(*pair)
            metrics.compute_hausdorff_distance(
                *pair, include_background=True, percentile=95, spacing=k_j_i
            )
            metrics.compute_average_surface_distance(
                *pair, include_background=True, symmetric=True, spacing=k_j_i
            )
            metrics.compute_surface_dice(
                *pair,
                [TOLERANCE_MM],
                include_background=True,
                spacing=k_j_i,
                use_subvoxels=True,
            )

    return (_seconds(compare),)


def _labels() -> tuple[np.ndarray, tuple[float, ...]]:
    """Return the phantom's label map on a fine grid, and the spacing along i, j, k in mm."""
    path = resource_dir() / "Samples" / "pelvic_phantom_labels.nii.gz"
    phantom = sitk.ReadImage(str(path))
    spacing = tuple(
        old * count / new
        for old, count, new in zip(phantom.GetSpacing(), phantom.GetSize(), SIZE, strict=True)
    )
    fine = sitk.Resample(
        phantom, SIZE, sitk.Transform(), sitk.sitkNearestNeighbor, phantom.GetOrigin(), spacing,
        phantom.GetDirection(), 0, sitk.sitkUInt8,
    )  # fmt: skip
    return sitk.GetArrayFromImage(fine), spacing


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _in_own_process(
    measure: Callable[[], tuple[float, ...]],
) -> tuple[tuple[float, ...], float]:
    """Return what it measured, and the peak memory of its process in GB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure).result(), pool.submit(_peak_gigabytes).result()


def _peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
