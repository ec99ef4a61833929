from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk

from PelvicBoneSegLab.evaluation.cohort import (
    METRIC_COLUMNS,
    SLICE_COLUMNS,
    case_name,
    evaluate_folders,
    match_cases,
    write_csv,
)
from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.errors import InputNotFoundError
from PelvicBoneSegLib.evaluation.errors import GeometryMismatchError, UnmatchedCasesError
from PelvicBoneSegLib.evaluation.label_scheme import LabelScheme
from PelvicBoneSegLib.segmentation.label_files import (
    LabelledSegment,
    write_nifti,
    write_seg_nrrd,
)

SHAPE = (12, 16, 40)
IJK_TO_LPS = np.diag([0.5, 1.0, 4.0, 1.0])


def labels_with(*values, shift=0):
    """Fill a box of 4×8×5 voxels of 2 mm³ for each label value, side by side."""
    labels = np.zeros(SHAPE, np.uint8)
    for value in values:
        first = 6 * (value - 1) + shift
        labels[3:7, 4:12, first : first + 5] = value
    return labels


@pytest.fixture
def folders(tmp_path):
    predictions, truths = tmp_path / "predictions", tmp_path / "truths"
    predictions.mkdir()
    truths.mkdir()
    return predictions, truths


def store(folder, name, labels, ijk_to_lps=IJK_TO_LPS):
    write_nifti(folder / name, labels, ijk_to_lps)


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize(
    "name",
    ["case_06.nii.gz", "case_06.seg.nrrd", "case_06.labels.nii.gz", "case_06_seg.nii",
     "case_06-label.nrrd", "case_06_labels.mha", "case_06_dseg.nii.gz", "case_06_GT.nii.gz"],
)  # fmt: skip
def test_what_only_tells_the_kind_of_file_is_no_part_of_the_name(tmp_path, name):
    assert case_name(tmp_path / name) == "case_06"


def test_cases_are_matched_by_name(folders):
    predictions, truths = folders
    touch(predictions, "b.seg.nrrd", "b.labels.nii.gz", "b.report.json", "b_sacrum.stl", "a.nii.gz")
    touch(truths, "a_seg.nii.gz", "b.nrrd", "c.nii.gz", "readme.txt")
    found = match_cases(predictions, truths)

    assert [(one.case, one.prediction.name, one.truth.name) for one in found.pairs] == [
        ("a", "a.nii.gz", "a_seg.nii.gz"),
        ("b", "b.seg.nrrd", "b.nrrd"),
    ]
    assert found.without_prediction == ("c",)


def test_a_folder_of_masks_is_a_case(folders):
    predictions, truths = folders
    touch(predictions, "a/femur_left.nii.gz", "a/liver.nii.gz", "logs/run.txt")
    touch(truths, "a.nii.gz")

    (pair,) = match_cases(predictions, truths).pairs
    assert pair.prediction == predictions / "a"


def test_two_files_are_one_case(tmp_path):
    touch(tmp_path, "theirs.nii.gz", "patient_seg.nii.gz")

    (pair,) = match_cases(tmp_path / "theirs.nii.gz", tmp_path / "patient_seg.nii.gz").pairs
    assert pair.case == "patient"


def test_predictions_without_truth_are_named(folders):
    predictions, truths = folders
    touch(predictions, "a.nii.gz", "x.nii.gz", "y.seg.nrrd")
    touch(truths, "a.nii.gz")

    with pytest.raises(UnmatchedCasesError, match=r"no truth in .*truths for x\.nii\.gz, y\.seg"):
        match_cases(predictions, truths)


def test_several_files_of_one_name_are_refused(folders):
    predictions, truths = folders
    touch(predictions, "a.nii.gz", "a_seg.nii.gz")
    touch(truths, "a.nii.gz")

    with pytest.raises(UnmatchedCasesError, match=r"a: a\.nii\.gz, a_seg\.nii\.gz"):
        match_cases(predictions, truths)


def test_an_empty_folder_is_refused(folders):
    with pytest.raises(UnmatchedCasesError, match="no label maps in .*predictions"):
        match_cases(*folders)


def test_a_missing_folder_is_refused(folders):
    with pytest.raises(InputNotFoundError, match="elsewhere"):
        match_cases(folders[0] / "elsewhere", folders[1])


@pytest.fixture
def two_cases(folders):
    """Case a is one voxel (0.5 mm) off along i; of case b sacrum and spine were not found."""
    predictions, truths = folders
    store(predictions, "a.labels.nii.gz", labels_with(1, 2, 3, 4, 5, 6, shift=1))
    store(truths, "a.nii.gz", labels_with(1, 2, 3, 4, 5, 6))
    femurs = [LabelledSegment.of(one) for one in SEGMENTS[:2]]
    write_seg_nrrd(predictions / "b.seg.nrrd", labels_with(1, 2), IJK_TO_LPS, femurs)
    store(truths, "b.nii.gz", labels_with(1, 2, 5))
    return folders


def test_a_row_for_each_case_bone_and_side(two_cases):
    result = evaluate_folders(*two_cases)

    assert tuple(result.metrics.columns) == METRIC_COLUMNS
    assert METRIC_COLUMNS[:11] == (
        "case", "bone", "side", "dice", "iou", "volume_similarity", "hd95_mm", "assd_mm",
        "surface_dice_2mm", "truth_ml", "prediction_ml",
    )  # fmt: skip
    assert result.metrics["case"].tolist() == ["a"] * 6 + ["b"] * 6
    assert result.metrics["side"].tolist() == ["left", "right", "left", "right", "", ""] * 2
    assert result.metrics["dice"].tolist()[:6] == pytest.approx([0.8] * 6)
    assert result.metrics["dice"].tolist()[6:8] == [1, 1]


def test_what_was_not_found_and_what_is_not_there_are_told_apart(two_cases):
    table = evaluate_folders(*two_cases).metrics.set_index(["case", "bone", "side"])
    missed, absent = table.loc[("b", "sacrum", "")], table.loc[("b", "lumbar_spine", "")]

    assert (missed["dice"], missed["truth_ml"], missed["prediction_ml"]) == (0, 0.32, 0)
    assert missed["missing_components"] == 1
    assert pd.isna(missed["hd95_mm"])
    assert (absent["truth_ml"], absent["prediction_ml"]) == (0, 0)
    assert pd.isna(absent["dice"])


def test_slices_are_those_that_show_the_bone(two_cases):
    slices = evaluate_folders(*two_cases).slices

    assert tuple(slices.columns) == SLICE_COLUMNS
    sacrum = slices[(slices["case"] == "b") & (slices["bone"] == "sacrum")]
    assert sacrum["slice_index"].tolist() == [3, 4, 5, 6]
    assert sacrum["dice"].tolist() == [0] * 4
    assert sacrum["truth_mm2"].tolist() == [20] * 4


def test_files_leave_undefined_values_empty(two_cases, tmp_path):
    write_csv(evaluate_folders(*two_cases), tmp_path)
    with (tmp_path / "metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert tuple(rows[0]) == METRIC_COLUMNS
    assert rows[0]["dice"] == "0.8"
    assert rows[0]["hd95_mm"] == "0.5"
    assert rows[-2]["hd95_mm"] == rows[-2]["assd_mm"] == rows[-1]["dice"] == ""
    assert rows[-1]["missing_components"] == "0"
    header = (tmp_path / "slices.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join(SLICE_COLUMNS)


def test_schemes_are_each_their_own(folders):
    predictions, truths = folders
    store(predictions, "a.nii.gz", labels_with(1, 2, 5))
    merged = labels_with(1, 2, 5)
    store(truths, "a.nii.gz", np.array([0, 1, 1, 0, 0, 4], np.uint8)[merged])
    table = evaluate_folders(
        predictions,
        truths,
        truth_scheme=LabelScheme.load("pelvic_mr_t1"),
        bones=["femur", "sacrum"],
    ).metrics

    assert table[["bone", "side", "dice"]].to_numpy().tolist() == [
        ["femur", "both", 1.0],
        ["sacrum", "", 1.0],
    ]


def test_another_grid_is_refused_with_the_name_of_the_case(folders):
    predictions, truths = folders
    store(predictions, "a.nii.gz", labels_with(5), np.diag([0.5, 1.0, 3.0, 1.0]))
    store(truths, "a.nii.gz", labels_with(5))

    with pytest.raises(GeometryMismatchError, match="truth of a are on different grids"):
        evaluate_folders(predictions, truths)
    assert len(evaluate_folders(predictions, truths, resample=True).metrics) == 6


def test_progress_is_told_case_by_case(two_cases):
    told = []
    evaluate_folders(*two_cases, progress=lambda fraction, case: told.append((fraction, case)))

    assert told == [(0, "a"), (0.5, "b")]


def test_no_rows_are_a_table_too(folders):
    predictions, truths = folders
    store(predictions, "a.nii.gz", labels_with(5))
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros(SHAPE, np.uint8)), str(truths / "a.nii.gz"))
    result = evaluate_folders(predictions, truths, bones=["femur"], resample=True)

    assert result.metrics["dice"].isna().all()
    assert result.slices.empty
    assert tuple(result.slices.columns) == SLICE_COLUMNS
