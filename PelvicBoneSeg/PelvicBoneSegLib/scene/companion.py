"""A node that belongs to a segmentation: its table, its copy on thin slices."""

from __future__ import annotations

from typing import Any


def find_companion(segmentation_node: Any, role: str) -> Any | None:
    """Return the node that was made of this very segmentation, or None.

    Slicer's *Clone* copies a node's references too. A clone has no companion until it gets its own,
    else what is made of the clone would take the place of what the first segmentation has.
    """
    node = segmentation_node.GetNodeReference(role)
    if node is None or node.GetNodeReference(_back(role)) is not segmentation_node:
        return None
    return node


def set_companion(segmentation_node: Any, role: str, node: Any) -> None:
    """Tie a node to a segmentation, both in one scene. It is saved with the scene."""
    segmentation_node.SetNodeReferenceID(role, node.GetID())
    node.SetNodeReferenceID(_back(role), segmentation_node.GetID())


def _back(role: str) -> str:
    return f"{role}Of"
