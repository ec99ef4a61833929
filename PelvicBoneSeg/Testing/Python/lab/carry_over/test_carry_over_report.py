from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from PelvicBoneSegLab.carry_over import measure
from PelvicBoneSegLab.carry_over.__main__ import main
from PelvicBoneSegLab.carry_over.markdown import BLOCK, block, comparison
from PelvicBoneSegLab.carry_over.summary import summarise

DATA = Path(os.environ.get("PELVICBONESEG_DATA", "../shared/data")).resolve()


def pair(first, second, bone, score, outcome="compared"):
    return {"first": first, "second": second, "bone": bone, "outcome": outcome, "dice": score,
            "score": score, "shared_ml": 500.0, "first_ml": 30.0, "second_ml": 20.0}  # fmt: skip


def scan(femur_share):
    head = {"in_field": 0.8, "femur": femur_share, "other_bone": 0.1, "radius_mm": 24.0,
            "residual_mm": 0.8, "counted": True, "plausible": True}  # fmt: skip
    outside = dict.fromkeys(head, None) | {"in_field": 0.1, "counted": False, "plausible": False}
    symmetry = {"left_ml": 1.0, "right_ml": 2.0, "ratio": 0.5}
    return {"heads": {"left": head, "right": outside},
            "pubis": {"ml": 3.0, "region_ml": 9.0, "gap_mm": 8.0},
            "symmetry": {"femur": symmetry, "hip_bone": symmetry}}  # fmt: skip


@pytest.fixture
def figures():
    pairs = [
        pair("t2_tra", "t2_cor", "femur", 0.9),
        pair("t2_tra", "t2_sag", "femur", None, "it is not in the shared field"),
        pair("t2_tra", "t2_cor", "hip_bone", 0.8),
        pair("t2_tra", "t2_sag", "hip_bone", 0.0, "both miss it"),
        pair("t2_tra", "pd", "femur", 0.7),
        pair("t2_cor", "pd", "femur", 0.1),
        pair("t2_cor", "pd", "hip_bone", 0.2),
        pair("t2_tra", "pd", "hip_bone", 0.6),
    ]
    pubis = {"case": {"ml": 20.0, "region_ml": 90.0, "gap_mm": 60.0}}
    return {
        "men": {"A": {"scans": {"t2_tra": scan(0.5), "t2_cor": scan(1.0)}, "pairs": pairs}},
        "example_ct": {"left_femur": 0.4, "right_femur": 0.6, "left_hip_bone": 0.2,
                       "right_hip_bone": None, "sacrum": 0.1, "lumbar_spine": None},
        "pubis": {"complete": {"ct": {"ml": 80.0, "region_ml": 90.0, "gap_mm": 2.0}},
                  "manual": pubis, "found": pubis},
    }  # fmt: skip


def test_missed_bones_count_and_absent_ones_do_not(figures):
    row = summarise(figures)
    assert row["femur: T2 planes"] == 0.9
    assert row["hip_bone: T2 planes"] == pytest.approx(0.4)
    assert row["hip_bone: T2 planes, least"] == 0.0
    assert row["femur: T2–PD"] == 0.7  # t2_tra is the reference
    assert row["femur: T2–VIBE"] is None


def test_heads_outside_of_the_field_are_not_in_the_mean(figures):
    row = summarise(figures)
    assert row["heads: called femur"] == 0.75
    assert row["heads: plausible"] == 1.0


def test_the_score_is_the_mean_of_what_the_goals_name(figures):
    assert summarise(figures)["score"] == pytest.approx((0.9 + 0.4 + 0.7 + 0.6 + 0.75) / 5)


def test_the_ct_and_the_pubis(figures):
    row = summarise(figures)
    assert row["CT: femur"] == 0.5
    assert row["CT: hip_bone"] == 0.2
    assert row["CT: lumbar_spine"] is None
    assert row["pubis: share of a complete one"] == 0.25
    assert row["pubis: gap, mm"] == 60


def test_the_block_names_what_was_missed_and_what_is_not_there(figures):
    text = block({"name": "n", "version": "1.0.0", "sha256": "0123456789abcdef"}, figures)
    lines = {
        line.split(" | ")[1]: line for line in text.splitlines() if line.startswith("| A | t2")
    }
    assert "**0.900** (30.0 / 20.0 ml)" in lines["t2_tra – t2_cor"]
    assert "not in the field" in lines["t2_tra – t2_sag"]
    assert "both miss it" in lines["t2_tra – t2_sag"]
    assert "0.10: not counted" in lines["t2_tra"]
    assert BLOCK.begin == "<!-- carry-over:begin -->"


def test_bundles_stand_side_by_side(figures):
    row = summarise(figures)
    lines = comparison({"one": row, "two": row | {"score": 0.99}}).splitlines()
    assert lines[0] == "|  | one | two |"
    assert lines[-1] == "| score | 0.670 | 0.990 |"


@pytest.mark.skipif(
    not (DATA / "prostate_mr_multi").is_dir(),
    reason="needs the data folder: set PELVICBONESEG_DATA",
)
def test_the_command_measures_the_shipped_bundle(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PELVICBONESEG_DATA", str(DATA))
    few = {"men_scans": ("patient_B_t2_cor", "patient_B_t2_sag"), "validation_cases": ("case_06",),
           "complete_pelves": ("Pelvic-Ref-004",)}  # fmt: skip
    for reader, names in few.items():
        scans = [one for one in getattr(measure, reader)(DATA) if one.name in names]
        monkeypatch.setattr(measure, reader, lambda data, scans=scans: scans)
    page = tmp_path / "benchmarks.md"
    main(["--bundle", "default", "--output", str(tmp_path / "out"), "--no-pictures",
          "--benchmarks", str(page), "--device", "cpu"])  # fmt: skip
    report = json.loads((tmp_path / "out" / "carry_over.json").read_text(encoding="utf-8"))
    assert report["bundle"]["name"] == "default"
    # A network of coronal slices finds the heads in coronal ones, whatever their contrast.
    heads = report["men"]["B"]["scans"]["t2_cor"]["heads"]
    assert all(head["femur"] > 0.9 and head["plausible"] for head in heads.values())
    assert all(
        not head["counted"] for head in report["men"]["B"]["scans"]["t2_sag"]["heads"].values()
    )
    # The label maps made on CT have the whole pubis.
    assert all(one["meet"] and one["ml"] > 40 for one in report["pubis"]["complete"].values())
    assert not any(one["meet"] for one in report["pubis"]["manual"].values())
    assert BLOCK.begin in page.read_text(encoding="utf-8")
    assert "| score |" in capsys.readouterr().out
