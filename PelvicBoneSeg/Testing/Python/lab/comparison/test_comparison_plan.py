"""Variants of a base configuration, and what is refused before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.comparison.small_plan import load_plan, plan_content, volumetric
from PelvicBoneSegLab.comparison.plan import Plan
from PelvicBoneSegLab.errors import ConfigurationError
from PelvicBoneSegLib.anatomy import BONES

OWN_PLAN = Path(__file__).parents[5] / "Lab" / "configs" / "comparison.yaml"
SPECIALIST = {"name": "h", "kind": "head_crops", "title": "H", "half_width_mm": 40}


@pytest.fixture
def content(tmp_path):
    return plan_content(tmp_path)


def test_a_variant_is_the_base_with_its_overrides(tmp_path, content):
    plan = load_plan(tmp_path, content)
    offsets = [one.runs[0].model["channel_offsets_mm"] for one in plan.variants]
    assert offsets == [[-5, 0, 5], [0]]
    assert plan.variants[1].runs[0].output == tmp_path / "runs" / "alone" / "bundle"
    assert plan.variants[1].runs[0].bundle["name"] == "alone"


def test_a_budget_is_laid_over_all_variants(tmp_path, content):
    plan = load_plan(tmp_path, content, "larger")
    assert [one.runs[0].training["epochs"] for one in plan.variants] == [3, 3]
    assert plan.block == "comparison-larger"


def test_one_network_a_bone_has_a_run_for_each(tmp_path, content):
    content["variants"].append({"name": "four", "kind": "one_per_bone", "title": "Four"})
    runs = load_plan(tmp_path, content).variants[2].runs
    assert [run.bones for run in runs] == [(bone,) for bone in BONES]
    assert len({run.output for run in runs}) == 4


def test_a_fused_variant_has_the_weights_of_another(tmp_path, content):
    content["variants"].append(
        {"name": "f", "kind": "fused", "title": "F", "weights_of": "blocks", "planes": ["axial"]}
    )
    plan = load_plan(tmp_path, content)
    assert plan.variants[2].runs == plan.variants[0].runs


def test_a_specialist_holds_the_heads_of_the_same_patients_out(tmp_path, content):
    content["variants"].append(SPECIALIST)
    dataset = load_plan(tmp_path, content).variants[2].runs[0].datasets[0]
    assert dataset["validation"] == ["case_c_left", "case_c_right"]
    assert dataset["root"] == tmp_path / "runs" / "h" / "crops" / "blocks"


def test_crops_of_a_dataset_without_a_weight_count_as_the_dataset_would(tmp_path, content):
    del content["base"]["datasets"][0]["weight"]
    content["variants"].append(SPECIALIST)
    runs = [one.runs[0] for one in load_plan(tmp_path, content).variants]
    assert [run.datasets[0]["weight"] for run in runs] == [1.0] * 3


def test_crops_of_bones_that_the_labels_leave_open_are_refused(tmp_path, content):
    content["base"]["datasets"][0]["coverage"] = [{"bone": "hip_bone", "silent": "pubis"}]
    specialist = {**SPECIALIST, "overrides": {"model": {"bones": ["femur"]}}}
    content["variants"].append(specialist)
    load_plan(tmp_path, content)
    specialist["overrides"]["model"]["bones"] = ["femur", "hip_bone"]
    with pytest.raises(ConfigurationError, match="variant h: .* blocks has for hip_bone;"):
        load_plan(tmp_path, content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["variants"][1]["overrides"].update(modl={}), "modl"),
        (lambda c: c["variants"][1]["overrides"]["model"].update(colour="red"), "colour"),
        (lambda c: c["variants"][1].update(overrides={"datasets": {"z": {}}}), "alone.*no z"),
        (lambda c: c["variants"][1].update(name="blocks"), "blocks is there twice"),
        (lambda c: c["variants"][1].update(kind="magic"), "variants"),
        (lambda c: c["variants"].append({**volumetric(), "network": {}}), "variants"),
        (lambda c: c["tables"][0]["rows"].append("zzz"), "no zzz"),
        (lambda c: c["tables"][0].update(reference="zzz"), "no zzz"),
        (
            lambda c: c["variants"][1].update(kind="head_crops", half_width_mm=40),
            "alone knows nothing but heads",
        ),
        (lambda c: c.update(budget="huge"), "no huge"),
        (
            lambda c: c["variants"].append(
                {"name": "f", "kind": "fused", "title": "F", "weights_of": "z", "planes": ["axial"]}
            ),
            "no z above",
        ),
    ],
)
def test_a_wrong_plan_is_refused(tmp_path, content, change, message):
    change(content)
    with pytest.raises(ConfigurationError, match=message):
        load_plan(tmp_path, content)


@pytest.mark.parametrize("budget", ["small", "full"])
def test_the_projects_own_plan_is_valid_and_gives_all_variants_one_budget(budget):
    plan = Plan.load(OWN_PLAN, budget)
    slices = {
        run.training["epochs"] * run.training["slices_per_epoch"]
        for variant in plan.variants
        for run in variant.runs
        if not variant.name.endswith("-quarter")
    }
    assert len(slices) == 1
    held_out = {tuple(one.runs[0].datasets[0]["validation"]) for one in plan.variants}
    assert ("case_06", "case_12", "case_19") in held_out
    assert {case.partition("_l")[0].partition("_r")[0] for case in sum(held_out, ())} == {
        "case_06",
        "case_12",
        "case_19",
    }
