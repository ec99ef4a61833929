"""Cross-validation of the best variants: every patient once, by who has not seen him."""

from __future__ import annotations

import json
import shutil

import pytest

from lab.comparison.quick_trainer import QuickTrainer
from lab.comparison.small_plan import load_plan, plan_content
from lab.comparison.test_comparison_table import result, row_of
from PelvicBoneSegLab.comparison import measuring, training
from PelvicBoneSegLab.comparison.__main__ import main
from PelvicBoneSegLab.comparison.cross_validation import Pooled, cross_validation_block, folds_of
from PelvicBoneSegLab.errors import ConfigurationError

FOLDS = {"count": 3, "reference": "blocks", "rows": ["blocks", "alone"]}


@pytest.fixture
def content(tmp_path):
    return {**plan_content(tmp_path), "folds": FOLDS}


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(QuickTrainer, "trained", [])
    monkeypatch.setattr(training, "Trainer", QuickTrainer)
    monkeypatch.setattr(
        measuring, "_cost", lambda plan, variant: {"ms_per_slice": 1.0, "peak_mb": 2}
    )
    return QuickTrainer.trained


def test_every_patient_is_held_out_once_by_all_variants_in_the_same_fold(tmp_path, content):
    plan = load_plan(tmp_path, content)
    held_out = [
        [fold.runs[0].datasets[0]["validation"] for fold in folds_of(variant, 3)]
        for variant in plan.variants
    ]
    assert sorted(sum(held_out[0], [])) == ["case_a", "case_b", "case_c"]
    assert held_out[0] == held_out[1]
    assert len({fold.folder for one in plan.variants for fold in folds_of(one, 3)}) == 6


def test_the_folds_are_trained_once_and_written_beside_the_tables(tmp_path, content, quick):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml"), "--folds"])
    assert quick == ["blocks"] * 3 + ["alone"] * 3
    measured = [
        json.loads(path.read_text())
        for path in sorted((tmp_path / "runs" / "alone").glob("fold*of3/measured.json"))
    ]
    assert {row["case"] for one in measured for row in one["volumes"]} == {
        "case_a", "case_b", "case_c",
    }  # fmt: skip
    block = (tmp_path / "page.md").read_text().split("<!-- comparison-folds:begin -->")[1]
    assert "each of n = 3 patients" in block and "Not trained yet" not in block
    main([str(tmp_path / "plan.yaml"), "--folds"])
    assert len(quick) == 6


def test_a_report_tells_of_variants_whose_folds_are_all_trained(tmp_path, content, quick):
    plan = load_plan(tmp_path, content)
    for fold in [*folds_of(plan.variants[0], 3), *folds_of(plan.variants[1], 3)[:2]]:
        training.train_variant(plan, fold)
    main([str(tmp_path / "plan.yaml"), "--report-only"])
    block = (tmp_path / "page.md").read_text().split("<!-- comparison-folds:begin -->")[1]
    assert "Not trained yet: alone." in block and "| The slice alone |" not in block


def test_folds_are_written_though_the_tables_networks_are_gone(tmp_path, content, quick):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml")])
    tables = (tmp_path / "page.md").read_text()
    shutil.rmtree(tmp_path / "runs" / "alone")
    main([str(tmp_path / "plan.yaml"), "--folds"])
    page = (tmp_path / "page.md").read_text()
    assert page.startswith(tables.rstrip())
    assert "each of n = 3 patients" in page.split("<!-- comparison-folds:begin -->")[1]


def test_a_line_and_its_differences(tmp_path, content):
    plan = load_plan(tmp_path, content)
    ours, theirs = [0.7 + 0.01 * i for i in range(8)], [0.6 + 0.012 * i for i in range(8)]

    def of(dice):
        one = result(*dice)
        return Pooled([{**row, "side": "both"} for row in one["volumes"]], one["slices"], 10.0)

    results = {"blocks": of(theirs), "alone": of(ours)}
    text = cross_validation_block(plan, results)
    assert "each of n = 8 patients" in text
    assert row_of(text, "The slice alone")[1] == "0.735 ± 0.024"
    femur = row_of(text, "Femur")
    # All eight patients speak for the same one: p = 2 / 2⁸, and four bones are tested.
    assert femur[:3] == ["Femur", "8", "+0.093"]
    assert femur[4:] == ["0.008", "0.031"]
    low, high = femur[3].split(" to ")
    assert 0.086 <= float(low) < 0.093 < float(high) <= 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": ["blocks", "nothing"]}, "there is no nothing"),
        ({"reference": "nothing"}, "nothing is no row"),
        ({"rows": ["blocks", "four"]}, "four is no single network of slices"),
        ({"rows": ["blocks", "other"]}, "other has another seed"),
    ],
)
def test_folds_that_cannot_be_are_refused(tmp_path, content, change, message):
    content["variants"] += [
        {"name": "four", "kind": "one_per_bone", "title": "Four"},
        {"name": "other", "title": "Another seed", "overrides": {"seed": 99}},
    ]
    content["folds"] = {**FOLDS, **change}
    with pytest.raises(ConfigurationError, match=message):
        load_plan(tmp_path, content)


def test_a_report_needs_no_data_where_no_fold_was_trained(tmp_path, content, quick):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml"), "--only", "blocks"])
    for image in (tmp_path / "data" / "images").iterdir():
        image.unlink()
    main([str(tmp_path / "plan.yaml"), "--report-only"])
    assert "comparison-folds" not in (tmp_path / "page.md").read_text()


def test_folds_are_not_trained_for_a_report(tmp_path, content, quick, capsys):
    load_plan(tmp_path, content)
    with pytest.raises(SystemExit):
        main([str(tmp_path / "plan.yaml"), "--folds", "--report-only"])
    assert "not allowed with" in capsys.readouterr().err
    assert quick == []


def test_a_plan_without_folds_says_so(tmp_path, quick):
    load_plan(tmp_path, plan_content(tmp_path))
    with pytest.raises(ConfigurationError, match="no variants to cross-validate"):
        main([str(tmp_path / "plan.yaml"), "--folds"])
