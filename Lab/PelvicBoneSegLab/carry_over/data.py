"""The scans by which carry-over is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE, LEFT, LUMBAR_SPINE, RIGHT, SACRUM
from PelvicBoneSegLib.evaluation.label_file import read_label_map
from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.label_scheme import LabelScheme
from PelvicBoneSegLib.evaluation.structure import MIDLINE, Structure
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.volume import Volume

from ..coverage.case import Case
from ..coverage.head_frame import HeadFrame
from .field_of_view import FieldOfView
from .men import MEN, Man
from .symmetry import SymmetricField

VALIDATION_CASES = ("case_06", "case_12", "case_19")
COMPLETE_CASES = tuple(f"Pelvic-Ref-{number:03}" for number in (1, 2, 4, 5))

_CT_VALUES = {
    1: Structure(HIP_BONE, LEFT), 2: Structure(HIP_BONE, RIGHT),
    3: Structure(FEMUR, LEFT), 4: Structure(FEMUR, RIGHT), 5: Structure(SACRUM, MIDLINE),
    **{value: Structure(LUMBAR_SPINE, MIDLINE) for value in range(6, 11)},
}  # fmt: skip
_COMPLETE_VALUES = {
    1: Structure(HIP_BONE, "both"), 2: Structure(FEMUR, "both"), 3: Structure(SACRUM, MIDLINE),
    4: Structure(LUMBAR_SPINE, MIDLINE),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class ManScan:
    """One scan of a man; what does not depend on the bundle is found once."""

    man: Man
    sequence: str
    volume: Volume

    @property
    def name(self) -> str:
        """As in the file name."""
        return f"patient_{self.man.name}_{self.sequence}"

    @cached_property
    def field(self) -> FieldOfView:
        """Its field of view on the common grid."""
        return FieldOfView.of(self.volume.voxels.shape, self.volume.ijk_to_lps)

    @cached_property
    def symmetric(self) -> SymmetricField:
        """The part of the field that shows left and right alike."""
        return SymmetricField.of(self.field, self.man.frame)


@dataclass(frozen=True, eq=False)
class PelvisScan:
    """A scan with labels.

    Attributes
    ----------
    name
        File name without suffix.
    volume
        The scan; of a label map without a scan the classes themselves.
    truth
        Its labels.
    """

    name: str
    volume: Volume
    truth: LabelMap

    @cached_property
    def frame(self) -> HeadFrame:
        """Coordinates by the femoral heads of its labels."""
        return HeadFrame.of(Case(self.name, self.volume, classes_of(self.truth)))


def data_folder() -> Path:
    """Return ``PELVICBONESEG_DATA``, or ``../shared/data`` where that is unset."""
    return Path(os.environ.get("PELVICBONESEG_DATA", "../shared/data"))


def men_scans(data: Path) -> list[ManScan]:
    """Read all scans of both men.

    Raises
    ------
    InputError
        One is missing or cannot be read.
    """
    folder = data / "prostate_mr_multi"
    return [
        ManScan(man, name, read_volume(folder / f"patient_{man.name}_{name}.nii.gz"))
        for man in MEN
        for name in man.sequences
    ]


def validation_cases(data: Path) -> Iterator[PelvisScan]:
    """Read the validation patients of pelvic_mr_t1; errors as in `men_scans`."""
    folder, scheme = data / "pelvic_mr_t1", LabelScheme.load("pelvic_mr_t1")
    for name in VALIDATION_CASES:
        truth = read_label_map(folder / "labels" / f"{name}.nii.gz", scheme)
        yield PelvisScan(name, read_volume(folder / "images" / f"{name}.nii.gz"), truth)


def example_ct(data: Path) -> PelvisScan:
    """Read the CT with automatic labels; errors as in `men_scans`."""
    folder = data / "example_ct"
    scheme = LabelScheme("example_ct", _CT_VALUES)
    truth = read_label_map(folder / "example_bones_muscles_label.nii.gz", scheme)
    return PelvisScan("example_ct", read_volume(folder / "example_ct.nii.gz"), truth)


def complete_pelves(data: Path) -> Iterator[PelvisScan]:
    """Read the label maps made on CT, whose hip bones are complete; errors as in `men_scans`."""
    scheme = LabelScheme("pelvic_ct_labelmaps", _COMPLETE_VALUES)
    for name in COMPLETE_CASES:
        truth = read_label_map(data / "pelvic_ct_labelmaps" / f"{name}_label.nii.gz", scheme)
        yield PelvisScan(name, Volume(classes_of(truth), truth.ijk_to_lps), truth)


def classes_of(labels: LabelMap) -> np.ndarray:
    """Return uint8 classes, shape (K, J, I): 0 background, else 1 + index into `anatomy.BONES`."""
    classes = np.zeros(labels.flags.shape, np.uint8)
    for value, bone in enumerate(BONES, start=1):
        classes[labels.mask(bone)] = value
    return classes
