from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from PelvicBoneSegLab.carry_over import cohort
from PelvicBoneSegLab.carry_over.__main__ import main
from PelvicBoneSegLab.carry_over.markdown import block, comparison
from PelvicBoneSegLab.carry_over.page import BLOCK
from PelvicBoneSegLab.carry_over.pairs import goal_of
from PelvicBoneSegLab.carry_over.summary import of_pairs, summarise

DATA = Path(os.environ.get("PELVICBONESEG_DATA", "../shared/data")).resolve()


def pair(first, second, bone, score, outcome="compared"):
    return {"first": first, "second": second, "bone": bone, "outcome": outcome, "dice": score,
            "score": score, "shared_ml": 500.0, "first_ml": 30.0, "second_ml": 20.0,
            "ceiling": None if score is None else 0.95,
            "goal": None if score is None else goal_of(first, second, bone)}  # fmt: skip


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
        pair("t2_tra", "adc", "femur", 0.1),
        pair("t2_tra", "adc", "hip_bone", 0.3),
    ]
    pubis = {"case": {"ml": 20.0, "region_ml": 90.0, "gap_mm": 60.0}}
    motion = {"first": "t2_tra", "second": "t2_sag", "mm": [-0.25, 1.0, 3.0], "uncertain_mm": 0.4,
              "in_place": {"femur": None, "hip_bone": 0.7},
              "ceilings": {"hip_bone": 0.812}}  # fmt: skip
    scans = {"t2_tra": scan(0.5), "t2_cor": scan(1.0)}
    return {
        "men": {"A": {"scans": scans, "pairs": pairs, "motions": [motion]}},
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
    assert row["femur: T2–ADC"] == 0.1
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


def test_goals_and_ceilings_stand_in_the_same_rows(figures):
    goals, ceilings = (of_pairs(figures, value) for value in ("goal", "ceiling"))
    assert goals["hip_bone: T2 planes"] == pytest.approx(0.75)
    assert goals["femur: T2–PD"] == 0.7
    assert goals["femur: T2–ADC"] is None
    assert ceilings["femur: T2 planes"] == 0.95
    assert set(goals) == set(ceilings) < set(summarise(figures))


def test_where_no_head_is_in_the_field_there_is_no_figure_of_heads(figures):
    for one in figures["men"]["A"]["scans"].values():
        one["heads"]["left"]["counted"] = False
    row = summarise(figures)
    assert row["heads: called femur"] is None
    assert row["score"] == pytest.approx((0.9 + 0.4 + 0.7 + 0.6) / 4)


def report_of(figures, name="n"):
    bundle = {"name": name, "version": "1.0.0", "sha256": "0123456789abcdef"}
    return {"bundle": bundle, "summary": summarise(figures), **figures}


def test_the_block_names_what_was_missed_and_what_is_not_there(figures):
    text = block({"one": report_of(figures)})
    lines = {
        line.split(" | ")[1]: line
        for line in text.splitlines()
        if line.startswith("| A | t2") and "(±" not in line  # motion has a table of its own
    }
    assert "**0.900** (30.0 / 20.0 ml; 0.95)" in lines["t2_tra – t2_cor"]
    assert "| 0.600 (30.0" in lines["t2_tra – pd"]  # below its goal: not bold
    assert "not in the field" in lines["t2_tra – t2_sag"]
    assert "both miss it" in lines["t2_tra – t2_sag"]
    assert "t2_cor – pd" not in lines  # the reference stands for the T2 scans
    assert "0.10: not counted" in lines["t2_tra"]
    assert "0.80, 0.50 (0.10), 24.0 ± 0.8 mm |" in lines["t2_tra"]
    assert "femur in 2 of 2 pairs and for the hip bone in 1 of 3 pairs" in text


def test_the_block_says_how_far_a_man_moved_and_what_that_costs(figures):
    row = "| A | t2_tra – t2_sag | −0.2, 1.0, 3.0 (± 0.4) | not in the field | 0.700 (0.812) |"
    assert row in block({"one": report_of(figures)}).splitlines()


def test_the_block_has_all_bundles_and_the_command_that_wrote_it(figures):
    text = block({"one": report_of(figures), "two": report_of(figures)})
    assert text.startswith(
        "Written by `python -m PelvicBoneSegLab.carry_over --bundle one --bundle two --benchmarks` "
        "for `one` 1.0.0 (weights `0123456789ab`); `two` 1.0.0"
    )
    assert "|  | `one` | `two` | goal | ceiling |" in text
    assert "| hip_bone: T2–PD | 0.600 | 0.600 | 0.700 | 0.950 |" in text
    assert "| case | 90 | 20.0; 60 mm | 20.0; 60 mm | 20.0; 60 mm |" in text
    assert "| man A, t2_tra | 9 | – | 3.0; 8 mm | 3.0; 8 mm |" in text
    assert text.count("### Scan by scan") == 2
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
    few = {"men_scans": ("patient_B_t2_cor",), "validation_cases": ("case_06",),
           "complete_pelves": ("Pelvic-Ref-004",)}  # fmt: skip
    for reader, names in few.items():
        scans = [one for one in getattr(cohort, reader)(DATA) if one.name in names]
        monkeypatch.setattr(cohort, reader, lambda data, scans=scans: scans)
    main(["--bundle", "default", "--output", str(tmp_path), "--no-pictures", "--device", "cpu"])
    report = json.loads((tmp_path / "default" / "carry_over.json").read_text(encoding="utf-8"))
    assert report["bundle"]["name"] == "default"
    # A network of coronal slices finds the heads in coronal ones, whatever their contrast.
    heads = report["men"]["B"]["scans"]["t2_cor"]["heads"]
    assert all(head["femur"] > 0.9 and head["plausible"] for head in heads.values())
    # The label maps made on CT have the whole pubis.
    assert all(one["meet"] and one["ml"] > 40 for one in report["pubis"]["complete"].values())
    assert not any(one["meet"] for one in report["pubis"]["manual"].values())
    assert "| score |" in capsys.readouterr().out
