"""The command line of carry-over."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.segmentation.bundle import DEFAULT_BUNDLE, Bundle
from PelvicBoneSegLib.segmentation.output_folder import check_writable, write_together

from ..evaluation.page_block import BENCHMARKS
from .data import data_folder
from .markdown import BLOCK, block, comparison
from .measure import Cohort, measure, segment_all
from .pictures import draw
from .summary import summarise

REPORT = "carry_over.json"


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    names = options.bundle or [DEFAULT_BUNDLE]
    bundles = [Bundle.load(name) for name in names]
    if options.output:
        check_writable(options.output)
    cohort = Cohort.read(data_folder())
    rows = {}
    for number, (name, bundle) in enumerate(zip(names, bundles, strict=True), start=1):
        labels = segment_all(bundle, cohort, options.device)
        report = _report(bundle, measure(cohort, labels))
        rows[name] = report["summary"]
        if not options.output:
            continue

        def fill(folder: Path, report: dict[str, Any] = report, labels: Any = labels) -> None:
            text = json.dumps(report, indent=2, ensure_ascii=False)
            (folder / REPORT).write_text(f"{text}\n", encoding="utf-8")
            if not options.no_pictures:
                draw(cohort, labels, folder)

        if len(bundles) > 1:
            write_together(options.output / f"{number}_{bundle.name}", fill)
            continue
        write_together(options.output, fill)
        BLOCK.update(options.benchmarks, block(report["bundle"], report))
    print(comparison(rows))


def _report(bundle: Bundle, figures: dict[str, Any]) -> dict[str, Any]:
    description = {"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256}
    return {"bundle": description, "summary": summarise(figures), **figures}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m PelvicBoneSegLab.carry_over",
        description="Measure how a bundle carries over to other sequences, planes and to CT.",
    )
    parser.add_argument(
        "--bundle", action="append", metavar="NAME|DIR",
        help="installed bundle or folder; several give one table to choose by",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path,
        help="folder of the figures and pictures; one bundle also renews its block in the page",
    )  # fmt: skip
    parser.add_argument("--no-pictures", action="store_true", help="figures alone")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--benchmarks", type=Path, default=BENCHMARKS, help="page with the block")
    return parser


if __name__ == "__main__":
    main()
