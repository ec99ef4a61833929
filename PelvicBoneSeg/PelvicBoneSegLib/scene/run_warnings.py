"""What the user should read after a run's segments were written."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..anatomy import SegmentDefinition
from ..message import Message, templates
from ..segmentation.result import SegmentationResult
from .rerun import RerunMode
from .segment_writer import find_segment

_ = templates(__name__)


def run_warnings(
    result: SegmentationResult,
    segmentation_node: Any | None,
    rerun: RerunMode,
    written: Collection[SegmentDefinition],
) -> tuple[str, ...]:
    """Return the run's own warnings and one for each bone of an earlier run that stays.

    Parameters
    ----------
    segmentation_node
        Before anything is written; None where it is new.
    written
        The bones that will be written.
    """
    warnings = list(result.warnings)
    if segmentation_node is None or rerun is RerunMode.KEEP_BOTH:
        return tuple(warnings)
    for segment in result.segments:
        if segment.definition in written or not find_segment(segmentation_node, segment.definition):
            continue
        name = segment.definition.name
        if segment.voxels:
            warnings.append(
                Message(
                    _(
                        "{name}: what was edited in it is not known, so it was left as it is. To "
                        "replace it, segment it again without keeping edits."
                    ),
                    name=name,
                )
            )
        else:
            warnings.append(
                Message(
                    _(
                        "{name}: none was found this time, so the one of an earlier run was kept. "
                        "Delete it by hand if it is wrong."
                    ),
                    name=name,
                )
            )
    return tuple(warnings)
