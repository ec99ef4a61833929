"""The tables say what was measured."""

from __future__ import annotations

import pytest

from lab.comparison.small_plan import load_plan, plan_content
from PelvicBoneSegLab.comparison.cells import difference
from PelvicBoneSegLab.comparison.table import comparison_block
from PelvicBoneSegLib.anatomy import BONES


def result(*dice: float) -> dict:
    """Return what is measured of a network with such Dice where the masks speak, in every bone.

    What it finds elsewhere costs it 0.1.
    """
    values = {"iou": 0.5, "volume_similarity": 1.0, "hd95_mm": 4.0, "assd_mm": 1.0}
    cases = [(f"case_{index}", one) for index, one in enumerate(dice)]
    rows = [
        {"case": case, "bone": bone, "covered_dice": one, "dice": one - 0.1, **values}
        for case, one in cases
        for bone in BONES
    ]
    return {
        "parameters": 4_000_000,
        "training": {"seconds": 10.0, "seconds_waiting": 1.0, "slices": 50},
        "volumes": rows,
        "slices": [{**row, "slice_index": 0} for row in rows],
        "heads": [{**row, "side": "left"} for row in rows if row["bone"] == "femur"],
        "pubis": [
            {"case": case, "filled": one / 10, "filled_by_mask": 0.04} for case, one in cases
        ],
        "cost": {"ms_per_slice": 12.4, "peak_mb": 900},
    }


@pytest.fixture
def plan(tmp_path):
    content = plan_content(tmp_path)
    content["tables"].append(
        {"title": "Heads", "reference": "blocks", "heads": True, "rows": ["blocks", "alone"]}
    )
    return load_plan(tmp_path, content)


def row_of(text: str, title: str, table: int = 0) -> list[str]:
    lines = [line for line in text.splitlines() if line.startswith(f"| {title}")]
    return [cell.strip() for cell in lines[table].strip("|").split("|")]


def test_a_line_has_mean_and_deviation_of_the_patients(plan):
    results = {"blocks": result(0.7, 0.8, 0.9), "alone": result(0.6, 0.75, 0.8)}
    text = comparison_block(plan, results)
    assert row_of(text, "The slice alone") == [
        "The slice alone", "0.717 ± 0.104", "−0.083 (−0.100 to −0.050)", "0.617 ± 0.104",
        "0.500 ± 0.000", "1.000 ± 0.000", "4.0 ± 0.0", "1.00 ± 0.00", "0.650",
        *["0.617 ± 0.104"] * 4,
    ]  # fmt: skip
    assert row_of(text, "Slices and neighbours *")[2] == ""


def test_who_finds_what_the_masks_leave_out_loses_nothing_in_the_difference():
    taught, untaught = result(0.8, 0.8, 0.8), result(0.7, 0.7, 0.7)
    for row in taught["volumes"]:
        row["dice"] = 0.5
    assert difference(untaught, taught).tolist() == pytest.approx([-0.1] * 3)


def test_a_table_that_compares_nothing_is_left_out(tmp_path):
    content = plan_content(tmp_path)
    first = content["tables"][0]
    content["tables"].append({**first, "title": "Once more"})
    content["tables"].append({**first, "title": "Heads", "heads": True})
    both = {"blocks": result(0.7, 0.8, 0.9), "alone": result(0.6, 0.8, 1.0)}
    for results, repeated in ((both, True), ({"blocks": both["blocks"]}, False), ({}, False)):
        text = comparison_block(load_plan(tmp_path, content), results)
        assert ("**Once more**" in text) == repeated
        assert (f"**{first['title']}**" in text) == ("**Heads**" in text) == bool(results)


def test_a_table_that_tells_of_the_pubis_has_its_share_beside_that_of_the_masks(tmp_path):
    content = plan_content(tmp_path)
    content["tables"][0]["pubis"] = True
    results = {"blocks": result(0.7, 0.8, 0.9), "alone": result(0.6, 0.8, 1.0)}
    text = comparison_block(load_plan(tmp_path, content), results)
    assert row_of(text, "The slice alone")[-1] == "0.080 ± 0.020"
    assert "The manual masks fill 0.040 of it" in text


def test_differences_are_taken_patient_by_patient():
    found = difference(result(0.6, 0.75, 0.8), result(0.7, 0.8, 0.9))
    assert found.tolist() == pytest.approx([-0.1, -0.05, -0.1])


def test_a_bone_that_was_not_found_is_marked_where_it_is_left_out(plan):
    lost = result(0.7, 0.8, 0.9)
    lost["volumes"][0].update(hd95_mm=None, assd_mm=None, dice=0.0)
    cells = row_of(comparison_block(plan, {"blocks": lost}), "Slices and neighbours")
    assert cells[6] == "4.0 ± 0.0 †" and cells[7] == "1.00 ± 0.00 †"
    assert "†" not in cells[1] + cells[3]


def test_the_cost_is_written_as_measured(plan):
    text = comparison_block(plan, {"alone": result(0.5, 0.5, 0.5)})
    cells = row_of(text, "The slice alone", table=2)
    assert cells[1:] == ["4.0", "50", "10", "5.0", "10", "12", "900"]


def test_a_specialist_has_a_line_among_the_heads_and_none_by_bone(tmp_path):
    content = plan_content(tmp_path)
    content["variants"][1].update(kind="head_crops", half_width_mm=40)
    content["tables"][0]["heads"] = True
    specialist = {**result(0.9, 0.9, 0.9), "volumes": [], "slices": [], "pubis": []}
    results = {"blocks": result(0.7, 0.8, 0.9), "alone": specialist}
    text = comparison_block(load_plan(tmp_path, content), results)
    assert row_of(text, "The slice alone")[1:3] == ["3", "0.800 ± 0.000"]
    assert "| The slice alone | Femur" not in text
    assert "A difference between them is due to that as well." in text


def test_what_is_missing_is_said(plan):
    assert "Not trained yet: alone." in comparison_block(plan, {"blocks": result(0.5, 0.6, 0.7)})
