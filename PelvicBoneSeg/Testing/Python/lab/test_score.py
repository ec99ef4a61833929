"""SCORE: the worked example of docs/score.md, and what it leaves open."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lab.score_example import CUBES_OF_1_ML, ONLY_LUMBAR_SPINE, PREDICTION, TRUTH, rows
from PelvicBoneSegLab.evaluation.score import (
    Condition,
    Purpose,
    ScoreRules,
    domain_table,
    score_case,
    summarise,
)

DETECTION, MEASUREMENT = Purpose.DETECTION, Purpose.MEASUREMENT


def the_example(purpose: Purpose) -> pd.DataFrame:
    return domain_table(
        {
            "patient 1": score_case(PREDICTION, TRUTH, CUBES_OF_1_ML, purpose),
            "patient 2": score_case(ONLY_LUMBAR_SPINE, ONLY_LUMBAR_SPINE, CUBES_OF_1_ML, purpose),
        }
    )


def test_the_example_domain_by_domain():
    table = the_example(DETECTION)
    columns = ["bone", "side", "domain", "truth_ml", "overlap_ml", "excess_ml", "condition"]
    assert table[columns].to_numpy().tolist() == [
        ["femur", "left", "1", 8, 8, 4, "A1"],
        ["femur", "right", "1", 8, 8, 4, "A1"],
        ["hip_bone", "left", "1", 10, 5, 0, "A2"],
        ["hip_bone", "right", "1", 10, 0, 0, "missed"],
        ["sacrum", "", "1", 10, 6, 2, "A3"],
        ["sacrum", "", "extra 1", 0, 0, 2, "extra"],
        ["lumbar_spine", "", "1", 10, 10, 0, "A"],
        ["lumbar_spine", "", "1", 10, 10, 0, "A"],
    ]
    assert table["covered"].tolist() == pytest.approx([1, 1, 0.5, 0, 0.6, 0, 1, 1])
    assert table["inside"].tolist() == pytest.approx([2 / 3, 2 / 3, 1, 0, 0.75, 0, 1, 1])
    assert table["label_dice"].tolist() == pytest.approx([0.8, 0.8, 0.4, 0.4, 0.6, 0.6, 1, 1])


@pytest.mark.parametrize(
    ("purpose", "points"),
    [(DETECTION, [9, 9, 5, 0, 5, 0, 10, 10]), (MEASUREMENT, [7, 7, 7, 0, 5, 0, 10, 10])],
)
def test_the_points_of_the_example(purpose, points):
    assert the_example(purpose)["computed"].tolist() == pytest.approx(points)


@pytest.mark.parametrize(
    ("purpose", "by_bone", "first", "mean"),
    [(DETECTION, [9, 2.5, 2.5, 10], 6, 8), (MEASUREMENT, [7, 3.5, 2.5, 10], 5.75, 7.875)],
)
def test_the_averages_of_the_example(purpose, by_bone, first, mean):
    summary = summarise(the_example(purpose))
    assert list(summary.by_bone) == ["femur", "hip_bone", "sacrum", "lumbar_spine"]
    assert list(summary.by_bone.values()) == pytest.approx(by_bone)
    assert summary.by_case == pytest.approx({"patient 1": first, "patient 2": 10})
    assert summary.mean == pytest.approx(mean)
    assert (summary.n_cases, summary.n_labels, summary.n_domains) == (2, 5, 8)
    assert summary.interval is None


def test_the_reader_is_told_where_to_look():
    places = the_example(DETECTION)[["centre_i", "centre_j", "centre_k"]].to_numpy().tolist()
    assert places[0] in ([3, 0, 1], [4, 0, 1])
    assert places[5] in ([20, 8, 1], [21, 8, 1])


PUBLISHED_DICE = {
    "DWI test": ([0.83, 0.84, 0.82, 0.77, 0.85, 0.84, 0.81, 0.68], 0.80),
    "ADC test": ([0.87, 0.86, 0.87, 0.82, 0.89, 0.89, 0.85, 0.77], 0.85),
    "DWI external": ([0.81, 0.84, 0.80, 0.77, 0.84, 0.82, 0.77, 0.65], 0.79),
    "ADC external": ([0.83, 0.85, 0.86, 0.82, 0.87, 0.87, 0.84, 0.76], 0.84),
}
"""Liu 2021: lumbar, sacrococcyx, ilium, acetabulum, head, neck, ischium, pubis, and their mean."""


@pytest.mark.parametrize("column", PUBLISHED_DICE)
def test_the_published_means_give_equal_weight_to_labels(column):
    """Eight labels, 14 domains: by domain, paired bones would weigh double and DWI be 0.782."""
    labels, published = PUBLISHED_DICE[column]
    domains = [(bone, dice) for bone, dice in enumerate(labels) for _ in range(1 + (bone > 1))]
    table = pd.DataFrame(domains, columns=["bone", "computed"]).assign(case="all")
    summary = summarise(table)
    assert summary.n_domains == 14
    assert summary.mean == pytest.approx(published, abs=0.0051)


def scores(prediction, truth, purpose=DETECTION, **rules):
    spacing = CUBES_OF_1_ML
    return score_case(prediction, truth, spacing, purpose, rules=ScoreRules(**rules))


def test_a_tenth_too_much_or_too_little_is_the_same_range():
    manual = rows((5, 8, range(0, 18)))
    assert scores(rows((5, 8, range(0, 20))), manual)[0].condition == "A"
    assert scores(rows((5, 8, range(0, 21))), manual)[0].condition == "A1"
    manual = rows((5, 8, range(0, 20)))
    assert scores(rows((5, 8, range(0, 18))), manual)[0].condition == "A"
    assert scores(rows((5, 8, range(0, 17))), manual)[0].condition == "A2"


def test_a_bone_that_neither_shows_is_not_scored():
    assert scores(np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8)) == []


def test_a_bone_that_is_not_there_but_predicted_scores_nothing():
    (found,) = scores(ONLY_LUMBAR_SPINE, np.zeros_like(ONLY_LUMBAR_SPINE))
    assert (found.domain, found.condition, found.computed) == ("extra 1", "extra", 0)


def test_the_wrong_side_does_not_overlap():
    left, right = rows((1, 0, range(0, 8))), rows((2, 0, range(0, 8)))
    found = {(each.side, each.condition): each.computed for each in scores(right, left)}
    assert found == {("left", "missed"): 0, ("right", "extra"): 0}


def test_sides_that_touch_stay_two_domains():
    both = rows((3, 4, range(0, 5)), (4, 4, range(5, 10)))
    assert [each.side for each in scores(both, both)] == ["left", "right"]


def test_domains_of_a_label_without_sides_are_told_apart_by_their_parts():
    manual = rows((1, 0, range(0, 8)), (1, 4, range(0, 9)))
    found = score_case(manual, manual, CUBES_OF_1_ML, DETECTION, [("femur", "both", 1)])
    assert [(each.side, each.domain, each.truth_ml) for each in found] == [
        ("both", "1", 9),
        ("both", "2", 8),
    ]


def test_a_bridge_between_two_domains_is_excess_of_both_but_each_is_not_of_the_other():
    manual = rows((5, 8, range(0, 9)), (5, 8, range(10, 19)))
    found = scores(rows((5, 8, range(0, 19))), manual)
    assert [(each.overlap_ml, each.excess_ml, each.condition) for each in found] == [
        (9, 1, "A"),
        (9, 1, "A"),
    ]


def test_a_domain_found_in_two_pieces_is_covered_by_both():
    manual, pieces = rows((5, 8, range(0, 20))), rows((5, 8, range(0, 9)), (5, 8, range(10, 20)))
    (found,) = scores(pieces, manual)
    assert (found.overlap_ml, found.condition) == (19, "A")


def test_specks_are_no_domains_but_count_in_dice():
    manual = rows((5, 8, range(0, 10)))
    speckled = rows((5, 8, range(0, 10)), (5, 2, range(0, 1)), (5, 2, range(4, 6)))
    first, *extra = scores(speckled, manual, smallest_domain_ml=2)
    assert [each.excess_ml for each in extra] == [2]
    assert first.label_dice == pytest.approx(20 / 23)
    assert scores(manual, speckled, smallest_domain_ml=3)[0].label_dice == pytest.approx(20 / 23)


def test_domains_are_in_ml_whatever_the_voxel():
    manual = rows((5, 8, range(0, 20)))
    (found,) = score_case(manual, manual, (5, 10, 2), DETECTION)
    assert found.truth_ml == pytest.approx(2)


def test_parts_that_touch_by_a_corner_are_one_domain():
    manual = rows((5, 8, range(0, 5)), (5, 9, range(5, 10)))
    assert len(scores(manual, manual)) == 1


def test_acceptable_is_larger_to_detect_and_smaller_to_measure():
    rules = ScoreRules()
    points = {
        purpose: [rules.points(condition, 0, purpose) for condition in Condition]
        for purpose in Purpose
    }
    assert points == {DETECTION: [5, 5, 3, 2, 0, 0], MEASUREMENT: [5, 3, 5, 2, 0, 0]}


def test_other_numbers_can_be_put_in():
    (found,) = scores(
        rows((5, 8, range(0, 10))), rows((5, 8, range(5, 10))), dice_points=4, acceptable_points=6
    )
    assert found.computed == pytest.approx(4 * 10 / 15 + 6)


def test_grids_have_to_be_the_same():
    with pytest.raises(ValueError, match="differ"):
        scores(np.zeros((3, 3, 3)), np.zeros((3, 3, 4)))


label_maps = arrays(np.uint8, (3, 4, 5), elements=st.sampled_from([0, 0, 1, 2, 5]))


@settings(max_examples=50, deadline=None)
@given(label_maps, label_maps)
def test_any_two_label_maps(prediction, truth):
    """From 0 to 10, whatever the order and direction of the axes; itself scores 10."""
    found = scores(prediction, truth)
    assert all(0 <= each.computed <= 10 for each in found)
    turned = [
        np.ascontiguousarray(each.transpose(2, 0, 1)[:, ::-1]) for each in (prediction, truth)
    ]
    assert outcome(scores(*turned)) == outcome(found)
    assert all(each.computed == 10 for each in scores(truth, truth))


def outcome(found) -> Counter:
    return Counter((each.bone, each.side, each.condition, each.computed) for each in found)


def test_the_interval_of_the_mean_is_by_patients():
    table = pd.concat(
        [the_example(DETECTION).replace({"case": {"patient 2": name}}) for name in ("b", "c")]
    ).drop_duplicates(["case", "bone", "side", "domain"])
    summary = summarise(table)
    assert (summary.n_cases, summary.interval.n_cases) == (3, 3)
    assert summary.interval.estimate == pytest.approx(26 / 3)


def test_nothing_to_average():
    summary = summarise(domain_table({}))
    assert (summary.mean, summary.n_cases, summary.by_case) == (None, 0, {})
