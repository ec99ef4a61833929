"""The main job, end to end, on the embedded sample: `python -m PelvicBoneSegLab.demo`.

Segments the phantom by the command line as a user would, compares with the phantom's known truth
and draws the bones.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import mean

import numpy as np
import SimpleITK as sitk

from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.resources import resource_dir

from .picture import save_picture

SAMPLE = "pelvic_phantom"
REQUIRED_MEAN_DICE = 0.85


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; returns the exit code, 1 where the bones are worse than promised."""
    parser = argparse.ArgumentParser(description="Segment the embedded sample and draw the bones.")
    parser.add_argument("--output", type=Path, default=Path("demo"))
    output = parser.parse_args(arguments).output
    samples = resource_dir() / "Samples"
    scan = samples / f"{SAMPLE}.nii.gz"
    command = [sys.executable, "-m", "PelvicBoneSegLib.cli", "segment", str(scan),
               "--bones", "all", "--output", str(output)]  # fmt: skip
    subprocess.run(command, check=True)
    found = _labels(output / f"{SAMPLE}.labels.nii.gz")
    truth = _labels(samples / f"{SAMPLE}_labels.nii.gz")
    scores = {one.name: Overlap.of(found == one.label, truth == one.label).dice for one in SEGMENTS}
    for name, score in scores.items():
        print(f"Dice  {name:16} {score:.3f}")
    average = mean(score for score in scores.values() if score is not None)
    print(f"Dice  {'mean':16} {average:.3f}")
    picture = output / f"{SAMPLE}.png"
    caption = "Synthetic phantom made from the LLP26 shape model (MPL-2.0); it shows no patient."
    save_picture(read_volume(scan), found, picture, caption)
    print(f"Results and the picture {picture.name} are in {output}")
    return 0 if average >= REQUIRED_MEAN_DICE else 1


def _labels(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


if __name__ == "__main__":
    sys.exit(main())
