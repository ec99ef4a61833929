"""What the user reads in the table of measurements."""

from __future__ import annotations

from slicer.i18n import tr as _

from ...scene.measure.table import LEFT_RIGHT_RATIO, NO, NOTE, SEGMENT, TOUCHES_BORDER, YES
from ...segmentation.femoral_head import NoFemoralHead


def titles() -> dict[str, str]:
    """Return titles by the names of `scene.measure.table`, and what stands in its cells."""
    return {
        SEGMENT: _("Segment"),
        "volume_ml": _("Volume (ml)"),
        "surface_volume_ml": _("Volume of surface (ml)"),
        LEFT_RIGHT_RATIO: _("Left / right volume"),
        "surface_area_cm2": _("Surface area (cm²)"),
        "extent_rl_mm": _("Extent R-L (mm)"),
        "extent_ap_mm": _("Extent A-P (mm)"),
        "extent_si_mm": _("Extent S-I (mm)"),
        "head_centre_r_mm": _("Femoral head centre R (RAS, mm)"),
        "head_centre_a_mm": _("Femoral head centre A (RAS, mm)"),
        "head_centre_s_mm": _("Femoral head centre S (RAS, mm)"),
        "head_radius_mm": _("Femoral head radius (mm)"),
        "head_residual_mm": _("Femoral head fit, RMS (mm)"),
        "confidence": _("Confidence (0-1)"),
        TOUCHES_BORDER: _("Touches border"),
        NOTE: _("Note"),
        YES: _("yes"),
        NO: _("no"),
        NoFemoralHead.NO_FEMUR.value: _("there is too little of the femur"),
        NoFemoralHead.NOT_IN_SCAN.value: _("the femoral head is not, or not wholly, in the scan"),
        NoFemoralHead.IMPLAUSIBLE.value: _("no plausible sphere fits the femoral head"),
    }
