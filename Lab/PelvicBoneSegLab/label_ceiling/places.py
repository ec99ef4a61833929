"""Places of pelvic_mr_t1 at which mask and anatomy were looked at, and what was seen there."""

from __future__ import annotations

from dataclasses import dataclass

from .pictures import SlicePicture


@dataclass(frozen=True)
class Place:
    """A slice of a case, and a reading of the scan there.

    Attributes
    ----------
    case, bone
        Which.
    index
        Of the slice, from 0, in the order of `ComparedCase`.
    reading
        What the scan shows, whatever a bundle says.
    """

    case: str
    bone: str
    index: int
    reading: str


PLACES = (
    Place(
        "case_19", "femur", 32,
        "The mask has ended in the slice before. The scan shows the greater trochanter of the "
        "right femur, with marrow and cortex, here and in the next slice. Whoever draws it loses "
        "Dice.",
    ),
    Place(
        "case_19", "femur", 28,
        "The line of one hand on two sides: on the patient's right it follows the outer rim of the "
        "marrow, on the left it runs up to 3 mm further out, beyond the cortex at the trochanter.",
    ),
    Place(
        "case_06", "hip_bone", 20,
        "The mask is right. Marrow and cortex look alike in the iliac wing here, where a network "
        "easily leaves holes.",
    ),
    Place(
        "case_19", "hip_bone", 33,
        "Above both ischia the mask runs up for 2 cm over muscle and ligament, where there is no "
        "marrow. The lower ends of both iliac bones it cuts off straight, inside the bone.",
    ),
    Place(
        "case_12", "sacrum", 26,
        "The mask has the two lateral parts and leaves out the vertebral body between them, with "
        "the remnant of a disc in it. In the slices before, it has the body.",
    ),
    Place(
        "case_19", "sacrum", 30,
        "The disc and the body below the last lumbar vertebra are lumbar spine in the mask here, "
        "and sacrum one slice further back. Each way of reading it is wrong in one of the two.",
    ),
    Place(
        "case_12", "lumbar_spine", 22,
        "The mask is cut off by a straight line in the middle of the column; three more slices "
        "with facets and spinous processes have no mask at all.",
    ),
    Place(
        "case_06", "lumbar_spine", 29,
        "The mask is one strip from top to bottom. The scan shows single spinous processes with "
        "fat and ligaments between them.",
    ),
)  # fmt: skip


def reading_of(picture: SlicePicture) -> str:
    """Return what was seen in the scan of a slice; empty where nobody looked."""
    slices = {(place.case, place.bone, place.index): place.reading for place in PLACES}
    return slices.get((picture.case, picture.bone, picture.index), "")
