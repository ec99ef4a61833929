"""Time and memory of a variant on one scan, in a process of its own.

`python -m PelvicBoneSegLab.comparison.cost PLAN VARIANT` prints JSON: ``ms_per_slice``, processor
time of one thread, so that other programs count less, and ``peak_mb``, of the whole process.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import torch

from PelvicBoneSegLib.segmentation.volume import Volume

from ..data.cases import LabelledScan, validation_scans
from .head_crops import cropped, heads_of
from .plan import Plan, Variant
from .plan_schema import HEAD_CROPS
from .predictors import load_predictor


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure time and memory of a variant.")
    parser.add_argument("plan", type=Path)
    parser.add_argument("variant")
    parser.add_argument("--budget")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    plan = Plan.load(options.plan, options.budget)
    variant = plan.variant(options.variant)
    predictor = load_predictor(variant)
    volume = _shown(variant, validation_scans(plan.variants[0].runs[0].datasets)[0])
    predictor.predict(volume)
    start = time.process_time()
    predictor.predict(volume)
    seconds = time.process_time() - start
    axis = volume.axes.slice_axis(volume.axes.acquisition_plane or "coronal")
    slices = volume.voxels.shape[axis]
    print(json.dumps({"ms_per_slice": round(1000 * seconds / slices, 1), "peak_mb": _peak_mb()}))


def _peak_mb() -> int | None:
    """Return the largest memory of this process so far; None where the system does not tell.

    Linux counts the memory of the process that started this one into ``ru_maxrss``.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 // 10**6
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 10**6


def _shown(variant: Variant, scan: LabelledScan) -> Volume:
    if variant.kind != HEAD_CROPS:
        return scan.volume
    box = heads_of(scan)[0].box(scan.volume, variant.settings["half_width_mm"])
    return cropped(scan.volume, box)


if __name__ == "__main__":
    main()
