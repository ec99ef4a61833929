"""Write the model cards of the bundles that come with the product.

`python -m PelvicBoneSegLab.model_cards CONFIG` segments the validation patients for the pictures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from PelvicBoneSegLib.evaluation.overlap import Overlap
from PelvicBoneSegLib.segmentation.bundle import DESCRIPTION_FILE, Bundle, bundles_dir
from PelvicBoneSegLib.segmentation.segmenter import Segmenter

from ..data.cases import LabelledScan, validation_scans
from ..errors import FiguresFileError
from ..evaluation.contours import SUBSTANTIAL
from ..label_ceiling.compared_case import ComparedCase, compare_case
from ..label_ceiling.pictures import SlicePicture, draw_slice
from ..markdown import write_page
from ..training.config import TrainingConfig
from .card import COMMAND, MODELS, carried_over, failures, picture_name, stated


def write_card(
    bundle: Bundle,
    scans: list[LabelledScan],
    report: dict[str, Any] | None,
    folder: Path,
    device: str = "auto",
) -> Path:
    """Write the card of a bundle with its pictures.

    Parameters
    ----------
    bundle
        Which.
    scans
        The validation patients, for the pictures.
    report
        Of `carry_over` on this bundle; None to leave that section out.
    folder
        Where to.
    device
        Where to run.

    Returns
    -------
    The page.

    Raises
    ------
    OutputNotWritableError
        It cannot be stored.
    """
    segmenter = Segmenter(bundle, device)
    cases = [compare_case(scan, segmenter) for scan in scans]
    pictures = [picture for bone in bundle.bones if (picture := worst_slice(cases, bone))]
    sections = [stated(bundle)]
    if report is not None:
        sections.append(carried_over(report))
    sections.append(failures(bundle, pictures))
    page = folder / f"{bundle.name}.md"
    files = {picture_name(bundle, picture): picture.png for picture in pictures}
    write_page(page, "\n\n".join(sections) + "\n", files)
    return page


def worst_slice(cases: list[ComparedCase], bone: str) -> SlicePicture | None:
    """Draw the slice with the lowest Dice among those with enough of the bone; None without one.

    Enough is `SUBSTANTIAL` of the bone's largest true area in the case.
    """
    worst = min(
        (
            (Overlap.of(found[index], truth[index]).dice or 0.0, number, int(index))
            for number, (truth, found) in enumerate(case.masks(bone) for case in cases)
            for index in _substantial(truth)
        ),
        default=None,
    )
    return None if worst is None else draw_slice(cases[worst[1]], bone, worst[2])


def read_report(path: Path, bundles: list[Bundle]) -> dict[str, Any]:
    """Read what `carry_over` measured.

    Raises
    ------
    FiguresFileError
        It is no such file, or of weights that none of the bundles has.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        sha256 = report["bundle"]["sha256"]
        report["summary"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FiguresFileError(path, f"it is no report of carry_over ({error})") from error
    if sha256 not in [bundle.sha256 for bundle in bundles]:
        raise FiguresFileError(path, "they are of other weights than the product's bundles")
    return report


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write the model cards.")
    parser.add_argument("config", type=Path, help="training configuration that names the data")
    parser.add_argument(
        "--carry-over", action="append", type=Path, default=[], metavar="JSON",
        help="what carry_over wrote, one for each bundle that has it",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, default=MODELS, help="folder of the cards")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    options = parser.parse_args(arguments)
    bundles = shipped_bundles()
    reports = [read_report(path, bundles) for path in options.carry_over]
    by_weights = {report["bundle"]["sha256"]: report for report in reports}
    scans = validation_scans(TrainingConfig.load(options.config).datasets)
    for bundle in bundles:
        report = by_weights.get(bundle.sha256)
        print(write_card(bundle, scans, report, options.output, options.device))


def shipped_bundles() -> list[Bundle]:
    """Load the bundles that come with the product."""
    return [
        Bundle.load(path.parent) for path in sorted(bundles_dir().glob(f"*/{DESCRIPTION_FILE}"))
    ]


def _substantial(truth: np.ndarray) -> np.ndarray:
    areas = truth.sum(axis=(1, 2))
    return np.flatnonzero(areas >= max(SUBSTANTIAL * areas.max(), 1))


if __name__ == "__main__":
    main()
