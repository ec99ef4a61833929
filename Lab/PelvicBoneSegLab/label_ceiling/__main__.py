"""Measure the masks against themselves, and write docs/label_ceiling.md's figures and pictures.

`python -m PelvicBoneSegLab.label_ceiling CONFIG --bundle NAME|DIR`
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.segmenter import Segmenter

from ..data.cases import LabelledScan, iterate_scans, validation_scans
from ..markdown import write_page
from ..training.config import TrainingConfig
from .compared_case import ComparedCase, compare_case
from .measures import CeilingMeasures, against_usual_line, measure_case
from .page import BLOCK, Findings, make_block, picture_name
from .pictures import SlicePicture, draw_slice, most_wrong_slice
from .places import PLACES

PAGE = Path("docs/label_ceiling.md")

PHANTOMS = 4
"""How many phantoms serve as control."""


def find_ceiling(
    config: TrainingConfig, bundle: Bundle, phantoms: Path | None, device: str = "auto"
) -> Findings:
    """Segment the patients of the datasets with validation patients, and measure.

    Parameters
    ----------
    config
        Names the data, the split and what the labels cover.
    bundle
        What segments.
    phantoms
        Folder of phantoms, `images/` and `labels/`, as `phantom.make_training_pack` writes it.
    device
        Where to run.

    Raises
    ------
    TrainingDataError
        A case cannot be used.
    """
    segmenter = Segmenter(bundle, device)
    held_out = [compare_case(scan, segmenter) for scan in validation_scans(config.datasets)]
    validation = [one for case in held_out for one in measure_case(case)]
    training = _measured(_training_scans(config), segmenter)
    patients = against_usual_line(validation + training)
    return Findings(
        bundle=bundle,
        validation=patients[: len(validation)],
        training=patients[len(validation) :],
        control=_measured(_phantom_scans(phantoms), segmenter) if phantoms else [],
        pictures=_pictures(held_out),
    )


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure how far manual masks let a bundle come.")
    parser.add_argument("config", type=Path, help="training configuration that names the data")
    parser.add_argument("--bundle", default="default", help="installed bundle or folder")
    parser.add_argument("--phantoms", type=Path, help="folder of phantoms, as a control")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--page", type=Path, default=PAGE, help="page that gets the figures")
    options = parser.parse_args(arguments)
    findings = find_ceiling(
        TrainingConfig.load(options.config),
        Bundle.load(options.bundle),
        options.phantoms,
        options.device,
    )
    block = make_block(findings)
    page: Path = options.page
    before = page.read_text(encoding="utf-8") if page.exists() else "# What the labels allow\n"
    write_page(
        page,
        BLOCK.put_into(before, block),
        {picture_name(picture): picture.png for picture in findings.pictures},
    )
    print(block)


def _measured(scans: Iterable[LabelledScan], segmenter: Segmenter) -> list[CeilingMeasures]:
    return [one for scan in scans for one in measure_case(compare_case(scan, segmenter))]


def _training_scans(config: TrainingConfig) -> Iterator[LabelledScan]:
    for dataset in config.datasets:
        if dataset.get("validation"):
            yield from iterate_scans(dataset, validation=False)


def _phantom_scans(root: Path) -> Iterator[LabelledScan]:
    labels = {segment.label: segment.bone for segment in SEGMENTS if segment.bone in BONES}
    return islice(iterate_scans({"root": root, "labels": labels}, validation=False), PHANTOMS)


def _pictures(cases: list[ComparedCase]) -> list[SlicePicture]:
    """Draw the known places; of a case without any, the worst slice of each bone."""
    known = {place.case for place in PLACES}
    by_name = {case.name: case for case in cases}
    looked_at = [
        draw_slice(by_name[place.case], place.bone, place.index)
        for place in PLACES
        if place.case in by_name
    ]
    return looked_at + [
        draw_slice(case, bone, most_wrong_slice(case, bone))
        for case in cases
        if case.name not in known
        for bone in case.bones
    ]


if __name__ == "__main__":
    main()
