"""What the user reads in the table: see `scene.measure.table.fill_table`."""

from __future__ import annotations

from PelvicBoneSegLib.scene.measure.table import LEFT_RIGHT_RATIO, NOTE, SEGMENT, TOUCHES_BORDER
from PelvicBoneSegLib.segmentation.femoral_head import NoFemoralHead

TITLES = {
    SEGMENT: "Segment",
    "volume_ml": "Volume (ml)",
    "surface_volume_ml": "Volume of surface (ml)",
    LEFT_RIGHT_RATIO: "Left / right volume",
    "surface_area_cm2": "Surface area (cm²)",
    "extent_rl_mm": "Extent R-L (mm)",
    "extent_ap_mm": "Extent A-P (mm)",
    "extent_si_mm": "Extent S-I (mm)",
    "head_centre_r_mm": "Femoral head centre R (RAS, mm)",
    "head_centre_a_mm": "Femoral head centre A (RAS, mm)",
    "head_centre_s_mm": "Femoral head centre S (RAS, mm)",
    "head_radius_mm": "Femoral head radius (mm)",
    "head_residual_mm": "Femoral head fit, RMS (mm)",
    "confidence": "Confidence (0-1)",
    TOUCHES_BORDER: "Touches border",
    NOTE: "Note",
    NoFemoralHead.NO_FEMUR.value: "there is too little of the femur",
    NoFemoralHead.NOT_IN_SCAN.value: "the femoral head is not, or not wholly, in the scan",
    NoFemoralHead.IMPLAUSIBLE.value: "no plausible sphere fits the femoral head",
}
