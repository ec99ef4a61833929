"""`pelvicboneseg evaluate` and `pelvicboneseg compare`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.abc import MetaPathFinder

import pandas as pd
import pytest

from lab.block_masks import blocks, femur_dice, store, write_folder

REPORT_FILES = {"metrics.csv", "slices.csv", "report.html", "report.json"}


@pytest.fixture
def predictions(tmp_path):
    return write_folder(tmp_path / "predictions", {"case_a.labels": blocks(2)})


@pytest.fixture
def truths(tmp_path):
    return write_folder(tmp_path / "truths", {"case_a": blocks()})


@pytest.fixture
def output(tmp_path):
    return tmp_path / "output"


def assert_refused(done, output, code, message):
    assert done[0] == code
    assert done[2].startswith("Error: ")
    assert done[2].count("\n") == 1
    assert message in done[2]
    assert not output.exists()


def test_evaluate_writes_tables_and_report(run, predictions, truths, output):
    code, printed, complaints = run("evaluate", predictions, truths, "--output", output)
    assert code == 0
    assert {path.name for path in output.iterdir()} == REPORT_FILES
    metrics = pd.read_csv(output / "metrics.csv")
    assert list(metrics.columns[:11]) == [
        "case", "bone", "side", "dice", "iou", "volume_similarity", "hd95_mm", "assd_mm",
        "surface_dice_2mm", "truth_ml", "prediction_ml",
    ]  # fmt: skip
    left = metrics.iloc[0]
    assert tuple(left[["case", "bone", "side"]]) == ("case_a", "femur", "left")
    assert left["dice"] == pytest.approx(femur_dice(2))
    assert left["truth_ml"] == pytest.approx(6.0)
    assert "Left femur" in printed
    assert "0.900" in printed
    assert "wrote report.html" in printed
    assert complaints.startswith("Warning: Only 1 case")


def test_label_tables_and_score_are_obeyed(run, truths, output, tmp_path):
    labels = blocks()
    labels[labels == 2] = 1
    found = write_folder(tmp_path / "found", {"case_a": labels})
    code, _, complaints = run(
        "evaluate", found, truths, "--scheme", "pelvic_mr_t1", "--score", "measurement",
        "--output", output,
    )  # fmt: skip
    assert code == 0
    assert "Left and right are taken together for femur" in complaints
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    assert report["score"]["purpose"] == "measurement"
    assert report["compared"]["scheme"] == "pelvic_mr_t1"
    femur = next(row for row in report["summary"] if row["bone"] == "femur")
    assert (femur["side"], femur["measures"]["dice"]["mean"]) == ("both", 1.0)


def test_another_grid_is_refused_and_resampled_on_request(run, truths, output, tmp_path):
    moved = tmp_path / "moved"
    store(moved / "case_a.nii.gz", blocks(), origin=(0.4, 0.0, 0.0))
    command = ("evaluate", moved, truths, "--output", output)
    assert_refused(run(*command), output, 3, "case_a")
    code, _, complaints = run(*command, "--resample")
    assert code == 0
    assert "resampled (nearest neighbour)" in complaints


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--scheme", "nobody"), 2, "nobody"),
        (("--score", "beauty"), 2, "detection, measurement"),
        (("--grades", "graded.csv"), 2, "none given"),
        (("--image-dir", "nowhere"), 3, "nowhere"),
    ],
)
def test_a_wrong_option_is_one_line(run, predictions, truths, output, options, code, message):
    done = run("evaluate", predictions, truths, "--output", output, *options)
    assert_refused(done, output, code, message)


def test_a_prediction_without_a_truth_is_named(run, predictions, output, tmp_path):
    others = write_folder(tmp_path / "others", {"case_b": blocks()})
    done = run("evaluate", predictions, others, "--output", output)
    assert_refused(done, output, 3, "case_a.labels.nii.gz")


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_labels_without_any_bone_are_refused(run, output, tmp_path, command):
    empty = write_folder(tmp_path / "empty", {"case_a": 0 * blocks()})
    folders = [empty] * (2 if command == "evaluate" else 3)
    assert_refused(run(command, *folders, "--output", output), output, 3, "--truth-scheme")


def test_compare_writes_tables_and_report(run, predictions, truths, output, tmp_path):
    better = write_folder(tmp_path / "better", {"case_a": blocks(1)})
    code, printed, complaints = run(
        "compare", predictions, better, truths, "--name-a", "old", "--name-b", "new",
        "--output", output,
    )  # fmt: skip
    assert code == 0
    assert {path.name for path in output.iterdir()} == REPORT_FILES
    assert set(pd.read_csv(output / "metrics.csv")["method"]) == {"old", "new"}
    assert "−0.050" in printed
    assert "Only 1 case" in complaints


def test_compare_refuses_a_folder_that_is_not_there(run, predictions, truths, output):
    done = run("compare", predictions, "nowhere", truths, "--output", output)
    assert_refused(done, output, 3, "nowhere")


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_help_names_every_option(run, command):
    code, printed, _ = run(command, "--help")
    assert code == 0
    options = {
        "evaluate": ("--scheme", "--truth-scheme", "--image-dir", "--resample", "--score"),
        "compare": ("--scheme-a", "--scheme-b", "--truth-scheme", "--name-a", "--resample"),
    }
    for option in ("--output", *options[command]):
        assert option in printed


def test_help_imports_nothing_of_the_lab():
    program = (
        "import sys\nfrom PelvicBoneSegLib import cli\n"
        "sys.argv = ['pelvicboneseg', 'evaluate', '--help']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "heavy = ['numpy', 'pandas', 'matplotlib', 'jinja2', 'scipy', 'PelvicBoneSegLab']\n"
        "print('heavy:', [name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("heavy: []\n")


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_without_the_extra_it_says_how_to_install_it(
    run, monkeypatch, predictions, truths, output, command
):
    class NoPandas(MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            if name == "pandas":
                raise ModuleNotFoundError("No module named 'pandas'", name="pandas")
            return None

    for name in [one for one in sys.modules if one.split(".")[0] in ("PelvicBoneSegLab", "pandas")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPandas(), *sys.meta_path])
    folders = [predictions, truths] if command == "evaluate" else [predictions, truths, truths]
    done = run(command, *folders, "--output", output)
    assert_refused(done, output, 2, 'pip install "pelvicboneseg[lab]"')
