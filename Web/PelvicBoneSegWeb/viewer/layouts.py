"""The views and how they are arranged."""

from __future__ import annotations

from trame_slicer.views import Layout, LayoutDirection, ViewLayoutDefinition

OBLIQUE = "Oblique"
"""Singleton tag of the oblique view."""

_COLUMN, _ROW = LayoutDirection.Vertical, LayoutDirection.Horizontal

AXIAL_VIEW = ViewLayoutDefinition.axial_view()
CORONAL_VIEW = ViewLayoutDefinition.coronal_view()
SAGITTAL_VIEW = ViewLayoutDefinition.sagittal_view()
THREE_D_VIEW = ViewLayoutDefinition.threed_view()
OBLIQUE_VIEW = ViewLayoutDefinition.slice_view("Axial", label=OBLIQUE, color="#B085D6")

FOUR_VIEWS = "Four views"

LAYOUTS = {
    FOUR_VIEWS: Layout(
        _ROW,
        [
            Layout(_COLUMN, [AXIAL_VIEW, CORONAL_VIEW]),
            Layout(_COLUMN, [THREE_D_VIEW, SAGITTAL_VIEW]),
        ],
    ),
    "With oblique": Layout(
        _ROW,
        [
            Layout(_COLUMN, [AXIAL_VIEW, CORONAL_VIEW, SAGITTAL_VIEW]),
            Layout(_COLUMN, [THREE_D_VIEW, OBLIQUE_VIEW]),
        ],
        flex_sizes=["1", "2"],
    ),
    "3D large": Layout(
        _ROW,
        [THREE_D_VIEW, Layout(_COLUMN, [AXIAL_VIEW, CORONAL_VIEW, SAGITTAL_VIEW])],
        flex_sizes=["2", "1"],
    ),
    "Axial": Layout(_COLUMN, [AXIAL_VIEW]),
    "3D": Layout(_COLUMN, [THREE_D_VIEW]),
}
"""By the names that the user reads."""
