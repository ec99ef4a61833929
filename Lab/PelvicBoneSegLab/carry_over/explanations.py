"""What the figures mean; true of any bundle."""

from __future__ import annotations

from PelvicBoneSegLib.anatomy import FEMUR, HIP_BONE

from .agreement import NEARLY_EMPTY_ML
from .field_of_view import GRID_MM
from .heads import LEAST_IN_FIELD, MAX_RESIDUAL_MM, RADIUS_RANGE_MM
from .men import REFERENCE
from .pairs import CONTRAST_GOAL, PLANE_GOALS
from .pubis_found import MEET_MM

HOW = f"""\
Two men, A and B, were each scanned in several sequences and planes in one frame of reference
(PROSTATEx); there are no masks of them here. Each scan is segmented on its own; the label maps of
two scans of a man are laid on a common grid of {GRID_MM:g} mm, nearest voxel, and compared over the
field of view that both share, slices taken to be as thick as they are apart. Left and right are
taken together. Below {NEARLY_EMPTY_ML:g} ml counts as nothing found: where the bone is there and
one or both scans miss it, the pair counts as 0 in every mean. The reference for other contrasts is
`{REFERENCE}`, whose slices lie where theirs do. The sagittal fields end 34 and 41 mm from the
midline and the femoral heads begin at 65, so femurs are compared between the axial and the coronal
scan alone; of the hip bone the sagittal scans show the pubis and little else."""

LIMITS = f"""\
What the measure can and cannot say: two scans agree also where both are wrong alike, therefore the
heads and the pubis are looked at as well. The *ceiling* is what perfect masks reach: the label maps
of four CTs, laid into the men's fields by the femoral heads, cut into the voxels of each scan and
compared in the same way. Goals are a Dice of {PLANE_GOALS[FEMUR]:g} (femur) and
{PLANE_GOALS[HIP_BONE]:g} (hip bone) between the planes of T2, and of {CONTRAST_GOAL:g} between T2
and PD or VIBE; ADC and DWI have none, and show only a part of the heads in man A."""

MEANING = f"""\
- *T2 planes*: mean Dice over axial–coronal, axial–sagittal and coronal–sagittal of both men, where
  the bone is there; *least*: the worst of these pairs. *T2–PD* and the others: `{REFERENCE}`
  against that contrast, VIBE of man B alone.
- *heads*: over all scans that show at least {LEAST_IN_FIELD:g} of a femoral head, the share of the
  head's inner part that is called femur, or another bone; *plausible*: share of them with a fitted
  radius of {RADIUS_RANGE_MM[0]:g} to {RADIUS_RANGE_MM[1]:g} mm and a residual of at most
  {MAX_RESIDUAL_MM:g} mm. The heads are spheres laid by their rim in T2, without a model.
- *CT*: Dice on `example_ct` against its automatic labels, of which the femurs are stubs.
- *pubis*: what the validation patients' hip bones hold in the region of the pubis, as a share of
  the CT label maps' there, and the median of the least distances between left and right.
- *score*: mean of *T2 planes*, *T2–PD*, *T2–VIBE* of both bones and of *heads: called femur*."""

PAIRS = """\
A Dice that reaches its goal is **bold**. In brackets: what the first and the second scan find in
the shared field, then the ceiling. The command's `--output` holds the pairs of the other two T2
scans as well."""

MOTION = """\
The men did not lie quite still. How far the body lies displaced in the second scan is found by
laying the scans onto each other by their intensities alone (translation, mutual information), in
both directions; ± is half of what these differ by. Then the Dice if that is taken out, and in
brackets what perfect masks would reach if it is left in, as it is everywhere else on this page."""

HEADS = f"""\
Femoral heads by scan: share of the head in the field (counted from {LEAST_IN_FIELD:g}), share of
its inner part there called femur (another bone), radius ± residual of a sphere fitted to the
femur's surface off the scan's border and off the neck. Left/right: the smaller volume by the
larger, where the field shows both sides alike."""

PUBIS = f"""\
Millilitres in the region of the pubis (a tube along its middle line,
`Lab/PelvicBoneSegLab/coverage/pubis.py`), and the least distance between left and right there.
Complete hip bones come within {MEET_MM:g} mm of each other, as the label maps made on CT do; the
manual masks leave most of the pubis out. The men's scans show the region only in part."""

SHEET = """\
Each pair has two tiles: either scan in its own plane, where the masks are largest, with the outline
of the first scan's mask (blue, solid) and of the second's (orange, dashed) in the shared field.
Behind the bone its Dice, "missed" where one or both miss it, a dash where it is not in the
field."""
