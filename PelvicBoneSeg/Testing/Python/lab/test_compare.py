"""Two tools against one truth, with differences worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from lab.block_masks import blocks, femur_dice, write_folder
from PelvicBoneSegLab.evaluation import compare
from PelvicBoneSegLab.evaluation.compare import Comparison, write_comparison
from PelvicBoneSegLib.errors import OutputNotWritableError
from PelvicBoneSegLib.evaluation.errors import UnmatchedCasesError

TOTAL_MR = {1: 36, 2: 37, 5: 18}
"""The product's label values → those of TotalSegmentator's total_mr."""

CASES = {"case_a": (0, 2), "case_b": (1, 4), "case_c": (1, 3), "case_d": (2, 6)}
"""By how many rows the femurs of A and B are too low."""


def recoded(labels, values):
    lookup = np.zeros(256, np.uint8)
    lookup[list(values)] = list(values.values())
    return lookup[labels]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("tools")
    a = {name: blocks(first) for name, (first, _) in CASES.items()}
    b = {name: recoded(blocks(second), TOTAL_MR) for name, (_, second) in CASES.items()}
    truths = dict.fromkeys([*CASES, "case_z"], blocks())
    return [write_folder(root / name, one) for name, one in (("a", a), ("b", b), ("t", truths))]


@pytest.fixture(scope="module")
def a_comparison(folders, tmp_path_factory):
    output = tmp_path_factory.mktemp("comparison") / "out"
    request = Comparison(*folders, scheme_b="totalsegmentator_mr", names=("Ours", "Theirs"))
    return write_comparison(request, output), output


def test_both_are_measured_by_their_own_label_values(a_comparison):
    _, output = a_comparison
    metrics = pd.read_csv(output / "metrics.csv")
    assert list(metrics.columns[:5]) == ["method", "case", "bone", "side", "dice"]
    left = metrics[(metrics["bone"] == "femur") & (metrics["side"] == "left")]
    for method, which in (("Ours", 0), ("Theirs", 1)):
        assert left[left["method"] == method]["dice"].tolist() == pytest.approx(
            [femur_dice(shifts[which]) for shifts in CASES.values()]
        )
    assert set(pd.read_csv(output / "slices.csv")["method"]) == {"Ours", "Theirs"}


def test_the_difference_is_that_of_the_patients(a_comparison):
    data, _ = a_comparison
    femur, sacrum = data["tests"]["dice"]
    expected = [femur_dice(a) - femur_dice(b) for a, b in CASES.values()]
    assert femur["n"] == 4
    assert femur["mean_difference"] == pytest.approx(np.mean(expected))
    # All four for A: the smallest that the signed rank test can say of four patients, 2 / 2⁴.
    assert femur["p"] == pytest.approx(0.125)
    assert sacrum["p"] == 1
    assert [one["p_holm"] for one in (femur, sacrum)] == pytest.approx([0.25, 1])


def test_few_cases_and_truths_without_masks_are_said(a_comparison):
    data, _ = a_comparison
    warnings = "\n".join(data["warnings"])
    assert "Only 4 cases" in warnings
    assert "No p value can be below 0.12" in warnings
    assert "No prediction of either for 1 of the truths: case_z." in warnings


def test_cases_of_one_tool_alone_are_left_out(folders, tmp_path):
    a, _, truths = folders
    few = write_folder(tmp_path / "few", {name: blocks() for name in list(CASES)[:3]})
    data = write_comparison(Comparison(a, few, truths), tmp_path / "out")
    assert data["compared"]["cases"] == ["case_a", "case_b", "case_c"]
    assert "Only A has case_d: left out." in data["warnings"]
    assert {row["n"] for row in data["summary"]} == {3}


def test_a_bone_with_sides_in_one_tool_alone_is_not_compared(folders, tmp_path):
    a, _, truths = folders
    merged = {name: recoded(blocks(), {1: 1, 2: 1, 5: 4}) for name in CASES}
    b = write_folder(tmp_path / "merged", merged)
    request = Comparison(a, b, truths, scheme_b="pelvic_mr_t1")
    data = write_comparison(request, tmp_path / "out")
    assert {row["bone"] for row in data["metrics"]} == {"sacrum"}
    assert any(
        one.startswith("Femur: one of the two tells left and right") for one in data["warnings"]
    )


def test_nothing_in_common_is_refused(folders, tmp_path):
    a, _, truths = folders
    b = write_folder(tmp_path / "b", {"case_z": blocks()})
    with pytest.raises(UnmatchedCasesError, match="No case and bone is in both"):
        write_comparison(Comparison(a, b, truths), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_page_and_the_json_tell_the_same(a_comparison):
    data, output = a_comparison
    stored = json.loads((output / "report.json").read_text(encoding="utf-8"))
    assert stored["tests"] == json.loads(json.dumps(data["tests"]))
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "Dice: Ours − Theirs" in page
    assert page.count("n = 4") >= 3
    assert "<script" not in page


def test_nothing_is_left_where_one_file_cannot_be_written(folders, monkeypatch, tmp_path):
    def fail(data, path):
        raise OSError("No space left on device")

    monkeypatch.setattr(compare, "write_json", fail)
    with pytest.raises(OutputNotWritableError):
        write_comparison(Comparison(*folders, scheme_b="totalsegmentator_mr"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
