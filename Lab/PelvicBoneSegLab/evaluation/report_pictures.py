"""The pictures of the report: worst slices with both outlines, and bones in 3D."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from PelvicBoneSegLib.errors import InputNotFoundError
from PelvicBoneSegLib.evaluation.alignment import aligned
from PelvicBoneSegLib.evaluation.label_file import is_image_name, read_label_map
from PelvicBoneSegLib.evaluation.label_map import LabelMap
from PelvicBoneSegLib.evaluation.label_scheme import LabelScheme
from PelvicBoneSegLib.evaluation.metrics import slice_axis
from PelvicBoneSegLib.segmentation.itk_image import as_itk_image
from PelvicBoneSegLib.segmentation.orientation import PLANES, AnatomicalAxes
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.volume import Volume

from .cohort import CasePair, CohortResult, case_name
from .contours import draw_outlines, worst_slices
from .figures_surface import distance_pictures
from .report_names import structure_name, structures_in

MOST_CASES_IN_3D = 6
"""Those with the lowest mean Dice; more would make a page that browsers are slow to open."""


@dataclass(frozen=True)
class SlicePicture:
    """One slice and what is written below it."""

    case: str
    structure: str
    slice_index: int
    dice: float
    truth_mm2: float
    prediction_mm2: float
    png: bytes


@dataclass(frozen=True)
class CaseInThreeD:
    """A case seen from several sides: name of the view → PNG."""

    case: str
    dice: float
    views: dict[str, bytes]


@dataclass(frozen=True)
class Pictures:
    """All pictures.

    Attributes
    ----------
    slices, bones
        Worst first.
    without_image
        Cases whose slices are drawn over plain grey, for want of an image.
    """

    slices: list[SlicePicture]
    bones: list[CaseInThreeD]
    without_image: list[str]


def draw_pictures(
    result: CohortResult,
    scheme: LabelScheme | None,
    truth_scheme: LabelScheme | None,
    resample: bool,
    image_dir: Path | None,
) -> Pictures:
    """Draw the worst slices and the bones in 3D.

    Parameters
    ----------
    result
        What was measured.
    scheme, truth_scheme, resample
        As in `cohort.evaluate_folders`.
    image_dir
        Scans with the names of the cases; None for plain grey.

    Raises
    ------
    InputError
        An image cannot be read.
    """
    chosen = worst_slices(result.slices)
    mean_dice = result.metrics.groupby("case")["dice"].mean().sort_values()
    in_3d = list(mean_dice.index[:MOST_CASES_IN_3D])
    images = images_by_case(image_dir)
    slices, bones = [], []
    for pair in result.cases.pairs:
        of_case = chosen[chosen["case"] == pair.case]
        if not len(of_case) and pair.case not in in_3d:
            continue
        case = _Case.read(pair, scheme, truth_scheme, resample, images.get(pair.case))
        slices += [case.draw(row) for row in of_case.to_dict("records")]
        if pair.case in in_3d:
            structures = structures_in(result.metrics[result.metrics["case"] == pair.case])
            views = distance_pictures(case.masks(structures), case.truth.ijk_to_lps)
            bones.append(CaseInThreeD(pair.case, float(mean_dice[pair.case]), views))
    return Pictures(
        sorted(slices, key=lambda one: one.dice),
        sorted(bones, key=lambda one: one.dice),
        sorted({one.case for one in slices} - set(images)),
    )


def images_by_case(folder: Path | None) -> dict[str, Path]:
    """Find scans by the names of the cases; none without a folder.

    Raises
    ------
    InputNotFoundError
        There is no such folder.
    """
    if folder is None:
        return {}
    if not Path(folder).is_dir():
        raise InputNotFoundError(folder)
    paths = sorted(Path(folder).iterdir())
    return {case_name(path): path for path in paths if is_image_name(path.name)}


@dataclass(frozen=True, eq=False)
class _Case:
    """Truth and prediction on one grid, with the scan where there is one."""

    name: str
    prediction: LabelMap
    truth: LabelMap
    first_index: int
    """Index of the first slice, in the truth's own grid."""
    axis: int
    volume: Volume | None

    @classmethod
    def read(
        cls,
        pair: CasePair,
        scheme: LabelScheme | None,
        truth_scheme: LabelScheme | None,
        resample: bool,
        image: Path | None,
    ) -> _Case:
        own_truth = read_label_map(pair.truth, truth_scheme)
        prediction, truth = aligned(read_label_map(pair.prediction, scheme), own_truth, resample)
        axis = slice_axis(own_truth)
        corner = np.linalg.solve(own_truth.ijk_to_lps, truth.ijk_to_lps[:, 3])
        volume = read_volume(image) if image else None
        return cls(pair.case, prediction, truth, round(corner[2 - axis]), axis, volume)

    def masks(self, structures: list[tuple[str, str]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for structure in structures:
            yield self.truth.mask(*structure), self.prediction.mask(*structure)

    def draw(self, row: dict) -> SlicePicture:
        bone, side, index = row["bone"], row["side"], int(row["slice_index"])
        axes = AnatomicalAxes.from_matrix(self.truth.ijk_to_lps)
        plane = next(plane for plane in PLANES if axes.slice_axis(plane) == self.axis)
        truth, prediction = (
            axes.to_stack(one.mask(bone, side), plane) for one in (self.truth, self.prediction)
        )
        numbers = np.arange(self.truth.flags.shape[self.axis]) + self.first_index
        along = np.broadcast_to(
            np.expand_dims(numbers, [axis for axis in range(3) if axis != self.axis]),
            self.truth.flags.shape,
        )
        place = int(np.flatnonzero(axes.to_stack(along, plane)[:, 0, 0] == index)[0])
        background, window = None, (0.0, 1.0)
        if self.volume is not None:
            window = tuple(np.percentile(self.volume.voxels, (1, 99.5)))
            background = axes.to_stack(self._image, plane)[place]
        png = draw_outlines(
            background, truth[place], prediction[place], axes.stack_spacing(plane)[1:], window
        )
        return SlicePicture(
            self.name, structure_name(bone, side), index, row["dice"], row["truth_mm2"],
            row["prediction_mm2"], png,
        )  # fmt: skip

    @property
    def _image(self) -> np.ndarray:
        """The scan on the grid of the truth, shape (K, J, I)."""
        assert self.volume is not None
        image = as_itk_image(self.volume.voxels.astype(np.float32), self.volume.ijk_to_lps)
        grid = as_itk_image(np.zeros(self.truth.flags.shape, np.uint8), self.truth.ijk_to_lps)
        return sitk.GetArrayFromImage(sitk.Resample(image, grid, sitk.Transform(), sitk.sitkLinear))
