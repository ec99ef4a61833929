"""A split is by patient: what would cut one in two is refused by name."""

from __future__ import annotations

import pytest

from lab.small_dataset import write_dataset
from PelvicBoneSegLab.data.split import cases_by_patient, split_paths
from PelvicBoneSegLab.errors import TrainingDataError


@pytest.fixture
def a_dataset(tmp_path):
    return {"root": write_dataset(tmp_path), "validation": ["case_c"]}


def names(dataset):
    return [
        [path.name.removesuffix(".nii.gz") for path in split_paths(dataset, validation=side)]
        for side in (False, True)
    ]


def test_the_split_is_by_case(a_dataset):
    assert names(a_dataset) == [["case_a", "case_b"], ["case_c"]]


def test_without_an_expression_every_case_is_a_patient(a_dataset):
    assert cases_by_patient(a_dataset) == {
        "case_a": ["case_a"], "case_b": ["case_b"], "case_c": ["case_c"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "patients"),
    [
        ("[ab]$|c$", {"a": ["case_a"], "b": ["case_b"], "c": ["case_c"]}),
        ("^(case)_", {"case": ["case_a", "case_b", "case_c"]}),
    ],
)
def test_the_patient_is_what_the_expression_finds(a_dataset, expression, patients):
    assert cases_by_patient({**a_dataset, "patient": expression}) == patients


@pytest.mark.parametrize("expression", ["_[ab]$", "(x)?case_c"])
def test_a_name_without_a_patient_is_named(a_dataset, expression):
    with pytest.raises(TrainingDataError, match=r"case_[ac]\.nii\.gz.*finds no patient"):
        cases_by_patient({**a_dataset, "patient": expression})


def test_a_patient_on_both_sides_is_named(a_dataset):
    dataset = {**a_dataset, "patient": "^(case)_"}
    with pytest.raises(
        TrainingDataError, match=r"patient case is trained on \(case_a, case_b\) and.*\(case_c\)"
    ):
        names(dataset)


def test_a_patient_may_have_several_cases_on_one_side(a_dataset):
    dataset = {**a_dataset, "patient": "_(?=[ab])|_c"}
    assert names(dataset) == [["case_a", "case_b"], ["case_c"]]


def test_a_dataset_with_nothing_left_to_train_on_is_refused(a_dataset):
    a_dataset["validation"] = ["case_a", "case_b", "case_c"]
    with pytest.raises(TrainingDataError, match="none is left to train on"):
        names(a_dataset)


def test_a_missing_validation_case_is_named(a_dataset):
    a_dataset["validation"] = ["case_z"]
    with pytest.raises(TrainingDataError, match="no images for case_z"):
        names(a_dataset)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(TrainingDataError, match="nothing.*no images for any case"):
        names({"root": tmp_path / "nothing"})
