"""What the user reads of a comparison's table and legend."""

from __future__ import annotations

from slicer.i18n import tr as _


def titles() -> dict[str, str]:
    """Return titles by the names of `scene.comparison_table` and `scene.comparison_job`."""
    return {
        "segment": _("Segment"),
        "dice": _("Dice"),
        "iou": _("IoU"),
        "volume_similarity": _("Volume sim."),
        "hd95_mm": _("HD95 (mm)"),
        "assd_mm": _("ASSD (mm)"),
        "surface_dice_2mm": _("Surface Dice 2 mm"),
        "prediction_ml": _("Volume (ml)"),
        "truth_ml": _("Reference (ml)"),
        "volume_error_ml": _("Error (ml)"),
        "Distance to reference (mm)": _("Distance to\nreference (mm)"),
    }


def descriptions() -> dict[str, str]:
    """Return what the columns mean, by their names."""
    return {
        "dice": _("Overlap: 1 is perfect, 0 is none."),
        "iou": _("Intersection over union: 1 is perfect, 0 is none."),
        "volume_similarity": _(
            "1 − (reference − segment) / (reference + segment): above 1 the segment is too large."
        ),
        "hd95_mm": _("95th percentile of the distances between the two surfaces."),
        "assd_mm": _("Mean distance between the two surfaces, taken both ways."),
        "surface_dice_2mm": _("Part of both surfaces that lies within 2 mm of the other."),
        "prediction_ml": _("Volume of the segment."),
        "truth_ml": _("Volume of the reference."),
        "volume_error_ml": _("Volume of the segment minus that of the reference."),
    }
