"""The command line of carry-over."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from PelvicBoneSegLib.segmentation.bundle import DEFAULT_BUNDLE, Bundle
from PelvicBoneSegLib.segmentation.output_folder import check_writable, write_together

from ..evaluation.page_block import BENCHMARKS
from .cohort import Cohort
from .data import data_folder
from .markdown import comparison
from .page import publish
from .result import Result
from .scan_pictures import save_scan_pictures

REPORT = "carry_over.json"


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen = options.bundle or [DEFAULT_BUNDLE]
    names = [Path(one).resolve().name for one in chosen]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        parser.error(f"several bundles are called {twice[0]}: give folders of different names")
    bundles = dict(zip(names, map(Bundle.load, chosen), strict=True))
    page = options.benchmarks
    for folder in (options.output, page.parent if page else None):
        if folder:
            check_writable(folder)
    cohort = Cohort.read(data_folder())
    results = [Result.of(name, one, cohort, options.device) for name, one in bundles.items()]
    if options.output:
        _write(options.output, cohort, results, not options.no_pictures)
    if page:
        publish(page, cohort, results)
    print(comparison({one.name: one.report["summary"] for one in results}))


def _write(output: Path, cohort: Cohort, results: list[Result], with_pictures: bool) -> None:
    def fill(folder: Path) -> None:
        for one in results:
            own = folder / one.name
            own.mkdir()
            text = json.dumps(one.report, indent=2, ensure_ascii=False)
            (own / REPORT).write_text(f"{text}\n", encoding="utf-8")
            if with_pictures:
                save_scan_pictures(cohort, one.labels, own)

    write_together(output, fill)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m PelvicBoneSegLab.carry_over",
        description="Measure how bundles carry over to other sequences, planes and to CT.",
    )
    parser.add_argument(
        "--bundle", action="append", metavar="NAME|DIR",
        help="installed bundle or folder; give several to compare them",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, metavar="DIR",
        help=f"write DIR/<bundle>/{REPORT} and a picture of each scan",
    )  # fmt: skip
    parser.add_argument("--no-pictures", action="store_true", help="no pictures in --output")
    parser.add_argument(
        "--benchmarks", type=Path, nargs="?", const=BENCHMARKS, metavar="PAGE",
        help=f"renew the block in the page ({BENCHMARKS}) and the pictures beside it",
    )  # fmt: skip
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    return parser


if __name__ == "__main__":
    main()
