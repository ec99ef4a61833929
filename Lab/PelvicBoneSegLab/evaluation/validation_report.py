"""The report of a bundle on its validation patients, and its table in the documentation.

`python -m PelvicBoneSegLab.evaluation.validation_report CONFIG --bundle NAME|DIR --output DIR`
segments the patients that the configuration holds out, writes the report, and puts the table into
``docs/benchmarks.md`` between two marks. No other code and no hand writes there.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.label_files import write_nifti
from PelvicBoneSegLib.segmentation.segmenter import Segmenter

from ..data.cases import validation_scans
from ..training.config import TrainingConfig
from .html_page import number
from .page_block import BENCHMARKS, PageBlock, markdown_table
from .report import Request, summary_lines, write_evaluation
from .report_names import MEASURES, Measure, bone_name

BLOCK = PageBlock("validation")

NOTE = "The best training epoch was chosen on these same patients: expect a little less on others."


def write_validation_report(
    config: TrainingConfig, bundle: Bundle, output: Path, device: str = "auto"
) -> dict[str, Any]:
    """Segment the validation patients and write their report.

    Parameters
    ----------
    config
        Names the data and the patients that are held out.
    bundle
        What to measure.
    output
        Folder of the report.
    device
        Where to run.

    Returns
    -------
    As `report.write_evaluation`.

    Raises
    ------
    TrainingDataError
        There are no validation patients, or one cannot be used.
    OutputNotWritableError
        The folder cannot be written to.
    """
    with TemporaryDirectory() as scratch:
        # The report shows the names of these folders.
        predictions, truths, images = (
            Path(scratch, name) for name in (bundle.name, "manual masks", "images")
        )
        for folder in (predictions, truths, images):
            folder.mkdir()
        _copy_images(config, images)
        segmenter = Segmenter(bundle, device)
        for scan in validation_scans(config.datasets):
            name, matrix = f"{scan.name}.nii.gz", scan.volume.ijk_to_lps
            labels = segmenter.segment(scan.volume, BONES).labels
            write_nifti(predictions / name, labels, matrix)
            write_nifti(truths / name, scan.labels, matrix)
        classes = Path(scratch, "training classes")
        classes.write_text(json.dumps(dict(enumerate(BONES, start=1))), encoding="utf-8")
        request = Request(
            predictions,
            truths,
            truth_scheme=str(classes),
            image_dir=images,
            title=f"Bundle “{bundle.name}” {bundle.version} on its validation patients",
            notes=(NOTE,),
        )
        return write_evaluation(request, output)


def benchmark_table(data: dict[str, Any], bundle: Bundle) -> str:
    """Lay the report's summary out as Markdown.

    Parameters
    ----------
    data
        What `write_validation_report` returns.
    bundle
        What was measured.
    """
    n = data["compared"]["n_cases"]
    heading = [
        "bone",
        "n",
        *(measure.heading for measure in MEASURES),
        "Dice per slice, median (n)",
    ]
    slices = {one["bone"]: one for one in data["slices_summary"]}
    rows = []
    for row in data["summary"]:
        cells = [
            str(row["n"]),
            *(_cell(row["measures"][measure.column], measure) for measure in MEASURES),
        ]
        one = slices.get(row["bone"])
        cells.append(f"{number(one['median'])} ({one['n']})" if one else "")
        rows.append([row["name"], *cells])
    cases = data["compared"]["cases"]
    return "\n".join(
        [
            f"Bundle `{bundle.name}` {bundle.version} (weights `{bundle.sha256[:12]}`), "
            f"{', '.join(cases)}: mean ± standard deviation of n = {n} patients, left and right "
            f"taken together. {NOTE}",
            "",
            *markdown_table(heading, rows),
            "",
            "3D Dice by patient:",
            "",
            *markdown_table(["patient", *(bone_name(bone) for bone in BONES)], _by_patient(data)),
            *_covered(bundle),
        ]
    )


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Report a bundle on its validation patients.")
    parser.add_argument("config", type=Path, help="training configuration that names the data")
    parser.add_argument("--bundle", default="default", help="installed bundle or folder")
    parser.add_argument("--output", type=Path, required=True, help="folder of the report")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--benchmarks", type=Path, default=BENCHMARKS, help="page with the table")
    options = parser.parse_args(arguments)
    bundle = Bundle.load(options.bundle)
    config = TrainingConfig.load(options.config)
    data = write_validation_report(config, bundle, options.output, options.device)
    BLOCK.update(options.benchmarks, benchmark_table(data, bundle))
    print("\n".join(summary_lines(data)))
    print(f"Report: {options.output}; table: {options.benchmarks}")


def _copy_images(config: TrainingConfig, folder: Path) -> None:
    for dataset in config.datasets:
        for case in dataset.get("validation", ()):
            name = f"{case}.nii.gz"
            image = dataset["root"] / "images" / name
            if image.is_file():  # `validation_scans` says what is missing
                shutil.copyfile(image, folder / name)


def _cell(one: dict[str, Any], measure: Measure) -> str:
    text = number(one["mean"], measure.digits, measure.column == "volume_error_ml")
    return text if one["sd"] is None else f"{text} ± {number(one['sd'], measure.digits)}"


def _by_patient(data: dict[str, Any]) -> list[list[str]]:
    dice = {(row["case"], row["bone"]): row["dice"] for row in data["metrics"]}
    return [
        [case, *(number(dice.get((case, bone))) for bone in BONES)]
        for case in data["compared"]["cases"]
    ]


def _covered(bundle: Bundle) -> list[str]:
    """Lay out the Dice that the bundle states for what the masks cover, if it does."""
    covered = bundle.description["metrics"].get("covered_dice")
    if covered is None:
        return []
    rows = [[case, *(number(dice.get(bone)) for bone in BONES)] for case, dice in covered.items()]
    means = [
        [dice[bone] for dice in covered.values() if dice.get(bone) is not None] for bone in BONES
    ]
    rows.append(["mean", *(number(mean(known)) if known else "" for known in means)])
    slices = bundle.description["metrics"].get("covered_median_slice_dice")
    if slices is not None:
        rows.append(
            [
                "median of the slices that a mask shows",
                *(number(slices.get(bone)) for bone in BONES),
            ]
        )
    text = "The same where the masks say whether the bone is there:"
    heading = ["patient", *(bone_name(bone) for bone in BONES)]
    return ["", text, "", *markdown_table(heading, rows)]


if __name__ == "__main__":
    main()
