"""The block in the documentation: text, tables and pictures of one or more bundles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..evaluation.page_block import PageBlock
from .cohort import Cohort
from .hip_bones import hip_bones_png
from .markdown import HIP_BONES_PICTURE, block, sheet_picture
from .result import Result
from .sheet import sheet_png

BLOCK = PageBlock("carry-over")


def publish(page: Path, cohort: Cohort, results: Sequence[Result]) -> None:
    """Renew the block and its pictures.

    Parameters
    ----------
    page
        The file.
    cohort
        The scans.
    results
        The bundles, in the order in which they are shown.

    Raises
    ------
    OutputNotWritableError
        Something cannot be stored; all is as it was.
    """
    pictures = {sheet_picture(one.name): sheet_png(cohort, one) for one in results}
    pictures[HIP_BONES_PICTURE] = hip_bones_png(cohort, results)
    BLOCK.update(page, block({one.name: one.report for one in results}), pictures)
