"""The report of an evaluation: numbers worked out by hand, a page that needs nothing else."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from lab.block_masks import SHAPE, blocks, femur_dice, store, write_folder
from lab.small_dataset import configuration, write_configuration, write_dataset
from PelvicBoneSegLab.evaluation import report, validation_report
from PelvicBoneSegLab.evaluation.cohort import evaluate_folders
from PelvicBoneSegLab.evaluation.contours import (
    PREDICTION_COLOUR,
    TRUTH_COLOUR,
    draw_outlines,
    worst_slices,
)
from PelvicBoneSegLab.evaluation.figures import slice_plot, strip_plot, volume_plots
from PelvicBoneSegLab.evaluation.figures_surface import (
    RANGE_MM,
    VIEWS,
    distance_colours,
    distance_pictures,
    signed_distances,
)
from PelvicBoneSegLab.evaluation.report import Request, write_evaluation
from PelvicBoneSegLab.evaluation.report_names import DICE, HD95
from PelvicBoneSegLab.evaluation.report_pictures import draw_pictures
from PelvicBoneSegLab.evaluation.report_score import UnknownPurposeError
from PelvicBoneSegLab.evaluation.report_summary import shown_bones, summarise, volume_agreement
from PelvicBoneSegLab.evaluation.validation_report import BLOCK, benchmark_table
from PelvicBoneSegLib.errors import InputNotFoundError, OutputNotWritableError
from PelvicBoneSegLib.evaluation.label_scheme import LabelScheme
from PelvicBoneSegLib.segmentation.surface import closed_surface
from segmentation.small_bundle import write_small_bundle

SHIFTS = {"case_a": 0, "case_b": 2, "case_c": 4}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Predictions, truths and scans, as `Request` wants them."""
    root = tmp_path_factory.mktemp("masks")
    bright = np.zeros(SHAPE, np.int16)
    bright[4] = 1000
    bright[4, ::2] = 900
    # Femurs too low by 0, 2 and 4 rows; the sacrum of the last is missing; a speck in one.
    predictions = {
        name: blocks(shift, sacrum=name != "case_c", speck=name == "case_b")
        for name, shift in SHIFTS.items()
    }
    return {
        "predictions": write_folder(root / "predictions", predictions),
        "truths": write_folder(root / "truths", dict.fromkeys(SHIFTS, blocks())),
        "image_dir": write_folder(root / "scans", dict.fromkeys(SHIFTS, bright)),
    }


@pytest.fixture(scope="module")
def a_report(dataset, tmp_path_factory):
    """Everything that can be asked for: data and folder. Not to be changed."""
    folder = tmp_path_factory.mktemp("report") / "out"
    request = Request(
        **dataset, purpose="detection", title="<b>Masks</b>", notes=("Trained on these & more.",)
    )
    return write_evaluation(request, folder), folder


@pytest.fixture
def evaluate(dataset, tmp_path):
    """Evaluate into a folder of the test's own."""

    def write(**options):
        return write_evaluation(Request(**{**dataset, **options}), tmp_path / "out")

    return write


@pytest.fixture(scope="module")
def result(dataset):
    return evaluate_folders(dataset["predictions"], dataset["truths"])


# --- numbers -----------------------------------------------------------------------------------


def test_the_summary_has_mean_deviation_and_n_of_each_bone_and_side(a_report):
    data, _ = a_report
    rows = {row["name"]: row for row in data["summary"]}
    assert list(rows) == ["Left femur", "Right femur", "Sacrum", "Mean of all bones"]
    dice = rows["Left femur"]["measures"]["dice"]
    expected = [femur_dice(shift) for shift in SHIFTS.values()]
    assert dice["n"] == 3
    assert dice["mean"] == pytest.approx(np.mean(expected))
    assert dice["sd"] == pytest.approx(np.std(expected, ddof=1))
    assert min(expected) <= dice["lower"] <= dice["mean"] <= dice["upper"] <= max(expected)


def test_an_undefined_value_lowers_n(a_report):
    data, _ = a_report
    sacrum = next(row for row in data["summary"] if row["name"] == "Sacrum")
    assert sacrum["n"] == 3
    assert sacrum["measures"]["hd95_mm"]["n"] == 2
    assert sacrum["measures"]["hd95_mm"]["lower"] is None


def test_two_cases_have_no_interval_and_one_no_deviation(result):
    two = result.metrics[result.metrics["case"] != "case_c"]
    first = summarise(two)[0]["measures"]["dice"]
    assert (first["n"], first["lower"]) == (2, None)
    assert first["sd"] is not None
    alone = summarise(two[two["case"] == "case_a"])[0]["measures"]["dice"]
    assert (alone["n"], alone["mean"], alone["sd"]) == (1, 1.0, None)


def test_volumes_are_compared_by_patient_with_the_sides_added_up(result):
    femur, sacrum = volume_agreement(shown_bones(result.metrics))
    assert femur.volumes["truth_ml"].tolist() == pytest.approx([12.0] * 3)
    assert femur.limits.bias == pytest.approx(0.005 / 3)
    assert femur.line is None
    assert "all values are the same" in femur.reason
    assert sacrum.limits.bias == pytest.approx(-2 / 3)
    assert sacrum.limits.n == 3


def test_what_a_reader_has_to_know_first_is_said(a_report):
    data, _ = a_report
    warnings = "\n".join(data["warnings"])
    assert data["warnings"][0] == "Trained on these & more."
    assert "Only 3 cases" in warnings
    assert "Not in the prediction: case_c sacrum." in warnings
    assert "Neither truth nor prediction shows: left hip bone, right hip bone, lumbar spine." in (
        warnings
    )


def test_missing_and_extra_parts_are_listed(a_report):
    data, _ = a_report
    found = [(one["case"], one["name"], one["missing"], one["extra"]) for one in data["components"]]
    assert found == [("case_b", "Right femur", 0, 1), ("case_c", "Sacrum", 1, 0)]


def test_the_json_holds_all_and_can_be_read_by_everybody(a_report):
    data, folder = a_report
    stored = json.loads(
        (folder / "report.json").read_text(encoding="utf-8"),
        parse_constant=lambda name: pytest.fail(f"{name} is no JSON"),
    )
    assert stored["compared"]["cases"] == list(SHIFTS)
    assert len(stored["metrics"]) == 9
    missing = next(
        row for row in stored["metrics"] if (row["case"], row["bone"]) == ("case_c", "sacrum")
    )
    assert (missing["dice"], missing["hd95_mm"]) == (0.0, None)
    assert len(stored["slices"]) == len(pd.read_csv(folder / "slices.csv"))
    assert {name: stored[name] for name in ("summary", "agreement")} == {
        name: data[name] for name in ("summary", "agreement")
    }


def test_score_comes_with_a_table_for_readers(a_report):
    data, folder = a_report
    assert data["score"]["purpose"] == "detection"
    assert len(pd.read_csv(folder / "score.csv")) == data["score"]["n_domains"] == 9
    assert len(pd.read_csv(folder / "score_readers.csv")) == 2 * 9


def test_grades_are_combined_with_the_computed_part_and_never_replaced(
    a_report, evaluate, tmp_path
):
    table = pd.read_csv(a_report[1] / "score_readers.csv", dtype=str, keep_default_na=False)
    graded = tmp_path / "out" / "score_readers.csv"
    graded.parent.mkdir()
    table.assign(grade="10").to_csv(graded, index=False)
    before = graded.read_bytes()
    data = evaluate(purpose="detection", grades=graded)
    combined = pd.read_csv(tmp_path / "out" / "score.csv")
    assert data["score"]["column"] == "combined"
    assert combined["combined"].tolist() == pytest.approx((combined["computed"] + 10) / 2)
    assert graded.read_bytes() == before


def test_an_unknown_purpose_is_refused(evaluate, tmp_path):
    with pytest.raises(UnknownPurposeError, match="detection, measurement"):
        evaluate(purpose="beauty")
    assert not (tmp_path / "out").exists()


# --- files -------------------------------------------------------------------------------------


def test_all_files_are_there(a_report):
    data, folder = a_report
    assert sorted(path.name for path in folder.iterdir()) == data["files"]
    assert data["files"] == [
        "metrics.csv", "report.html", "report.json", "score.csv", "score_readers.csv", "slices.csv"
    ]  # fmt: skip


def test_nothing_is_left_where_one_file_cannot_be_written(evaluate, monkeypatch, tmp_path):
    def fail(data, path):
        raise OSError("No space left on device")

    monkeypatch.setattr(report, "write_json", fail)
    with pytest.raises(OutputNotWritableError):
        evaluate()
    assert not (tmp_path / "out").exists()


def test_a_missing_folder_of_images_is_named(evaluate, tmp_path):
    with pytest.raises(InputNotFoundError, match="nowhere"):
        evaluate(image_dir=tmp_path / "nowhere")
    assert not (tmp_path / "out").exists()


# --- the page ----------------------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.ids, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href", "action", "data"):
                self.addresses.append(value)
            if name == "id":
                self.ids.append(value)

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_fetches_nothing(a_report):
    _, folder = a_report
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "embed"} & set(page.tags)
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in page.addresses)
    assert "@import" not in text
    assert "url(http" not in text


def test_the_contents_lead_somewhere(a_report):
    _, folder = a_report
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    inside = [one[1:] for one in page.addresses if one.startswith("#") and one[1:] in page.ids]
    assert {"summary", "worst", "surface", "components", "score", "definitions"} <= set(inside)


def test_a_name_is_text_and_no_markup(a_report):
    text = (a_report[1] / "report.html").read_text(encoding="utf-8")
    assert "<b>Masks" not in text
    assert "<h1>&lt;b&gt;Masks&lt;/b&gt;</h1>" in text
    assert "Trained on these &amp; more." in text


def test_the_page_shows_the_summary(a_report):
    data, folder = a_report
    page = " ".join(Page((folder / "report.html").read_text(encoding="utf-8")).text)
    assert "0.900 ± 0.100" in " ".join(page.split())
    assert "n = 3" in page
    for row in data["summary"]:
        assert row["name"] in page


# --- figures -----------------------------------------------------------------------------------


def test_every_plot_tells_its_n_and_takes_the_colours_of_the_page(result):
    femurs = len(result.slices[result.slices["bone"] == "femur"])
    for plot, expected in (
        (strip_plot(result.metrics, (DICE, HD95)), ("n = 3", "n = 2")),
        (slice_plot(result.slices), (f"Femur, n = {femurs} slices",)),
        (volume_plots(volume_agreement(result.metrics)), ("Sacrum, n = 3", "Bland–Altman, n = 3")),
    ):
        assert plot.startswith("<svg ")
        assert "currentColor" in plot
        assert "#010203" not in plot
        for text in expected:
            assert text in plot


def slices_frame(*rows):
    columns = ["case", "bone", "side", "slice_index", "dice", "truth_mm2", "prediction_mm2"]
    return pd.DataFrame(rows, columns=columns)


def test_the_worst_slices_are_large_ones_one_a_case():
    found = worst_slices(
        slices_frame(
            ("a", "sacrum", "", 1, 0.0, 24.0, 0.0),
            ("a", "sacrum", "", 2, 0.5, 100.0, 90.0),
            ("a", "sacrum", "", 3, 0.6, 90.0, 90.0),
            ("b", "sacrum", "", 4, 0.0, 0.0, 50.0),
            ("b", "sacrum", "", 5, 0.9, 80.0, 80.0),
            ("c", "sacrum", "", 6, 0.7, 80.0, 80.0),
            ("c", "femur", "left", 6, 0.95, 80.0, 80.0),
        ),
        per_structure=2,
    )
    assert list(zip(found["case"], found["bone"], found["slice_index"], strict=True)) == [
        ("b", "sacrum", 4),
        ("a", "sacrum", 2),
        ("c", "femur", 6),
    ]


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float) / 255


def test_outlines_are_where_the_masks_end():
    truth, prediction = np.zeros((80, 80), bool), np.zeros((80, 80), bool)
    truth[30:50, 20:40] = True
    prediction[30:50, 40:60] = True
    picture = pixels(draw_outlines(None, truth, prediction, (1.0, 1.0)))
    columns = {}
    for name, colour in (("truth", TRUTH_COLOUR), ("prediction", PREDICTION_COLOUR)):
        near = np.abs(picture - to_rgb(colour)).max(axis=2) < 0.15
        columns[name] = np.flatnonzero(near.any(axis=0)) / picture.shape[1]
    # 40 mm of bone in 76 mm of picture (18 mm around), the border between the two in the middle.
    assert columns["truth"].min() == pytest.approx(18 / 76, abs=0.02)
    assert columns["truth"].max() <= 0.52
    assert columns["prediction"].min() >= 0.48
    assert columns["prediction"].max() == pytest.approx(58 / 76, abs=0.02)


@pytest.mark.parametrize("flipped", [False, True])
def test_the_picture_shows_the_slice_that_it_names(dataset, tmp_path, flipped):
    truths = dataset["truths"]
    if flipped:  # the same voxels, stored from the back to the front
        truths, backward = tmp_path / "truths", (1, 0, 0, 0, 0, -1, 0, -1, 0)
        for case in SHIFTS:
            store(truths / f"{case}.nii.gz", blocks()[::-1].copy(), backward, (0.0, 45.0, 0.0))
    result = evaluate_folders(dataset["predictions"], truths)
    only = result.slices[result.slices["slice_index"] == (5 if flipped else 4)]
    scheme = LabelScheme.load("pelvicboneseg")
    chosen = replace(result, slices=only)
    pictures = draw_pictures(chosen, scheme, scheme, False, dataset["image_dir"])
    assert {one.structure for one in pictures.slices} == {"Left femur", "Right femur", "Sacrum"}
    assert pictures.without_image == []
    for one in pictures.slices:
        assert np.median(pixels(one.png)) > 0.8


def test_without_images_outlines_are_drawn_over_grey(result):
    scheme = LabelScheme.load("pelvicboneseg")
    pictures = draw_pictures(result, scheme, scheme, False, None)
    # Two of the cases differ in each femur, and two cases of each bone are drawn.
    assert set(pictures.without_image) == {one.case for one in pictures.slices}
    assert np.median(pixels(pictures.slices[0].png)) == pytest.approx(0.22, abs=0.02)


# --- distances ---------------------------------------------------------------------------------


def ball(radius, centre=(0, 0, 0)):
    k, j, i = np.indices((61, 61, 61)) - 30
    return (k - centre[0]) ** 2 + (j - centre[1]) ** 2 + (i - centre[2]) ** 2 <= radius**2


@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_distances_are_positive_where_there_is_too_much_bone(mirror):
    matrix = np.diag([mirror, 1.0, 1.0, 1.0])
    small, large = (closed_surface(ball(radius), matrix) for radius in (15, 20))
    assert np.median(signed_distances(large, small)) == pytest.approx(5, abs=0.5)
    assert np.median(signed_distances(small, large)) == pytest.approx(-5, abs=0.5)
    assert np.abs(signed_distances(small, small)).max() == pytest.approx(0, abs=1e-3)


def shown(png):
    picture = np.asarray(Image.open(io.BytesIO(png)), float) / 255
    return np.median(picture[picture[..., 3] == 1][:, :3], axis=0)


def test_bones_are_painted_red_where_too_large_and_blue_where_too_small():
    views = distance_pictures([(ball(12), ball(26))], np.eye(4))
    assert set(views) == set(VIEWS)
    red, _, blue = shown(views["from the front"])
    assert red > blue + 0.3
    red, _, blue = shown(distance_pictures([(ball(22), ball(18))], np.eye(4))["from the front"])
    assert blue > red + 0.2


def test_a_missed_bone_is_seen_in_grey_and_nothing_gives_no_picture():
    nothing = np.zeros((61, 61, 61), bool)
    (picture, _) = distance_pictures([(ball(20), nothing)], np.eye(4)).values()
    image = np.asarray(Image.open(io.BytesIO(picture)), float) / 255
    colours = image[image[..., 3] > 0.3][:, :3]
    assert len(colours) > 1000
    assert np.abs(colours.max(axis=1) - colours.min(axis=1)).max() < 0.1
    assert distance_pictures([(nothing, nothing)], np.eye(4)) == {}


def test_the_scale_is_symmetric():
    colours = distance_colours(3)
    assert RANGE_MM > 0
    assert colours[0, 2] > colours[0, 0]
    assert colours[2, 0] > colours[2, 2]


# --- the table in the documentation ------------------------------------------------------------


def test_the_block_of_the_documentation_is_replaced_and_the_rest_stays():
    text = f"# Benchmarks\n\nSpeed.\n\n{BLOCK.begin}\nold\n{BLOCK.end}\n\nMore.\n"
    once = BLOCK.put_into(text, "new")
    assert once == f"# Benchmarks\n\nSpeed.\n\n{BLOCK.begin}\nnew\n{BLOCK.end}\n\nMore.\n"
    assert BLOCK.put_into(once, "new") == once


def test_a_page_without_the_block_gets_it_at_its_end():
    assert (
        BLOCK.put_into("# Benchmarks\n", "new")
        == f"# Benchmarks\n\n{BLOCK.begin}\nnew\n{BLOCK.end}\n"
    )


def test_the_table_has_every_bone_patient_and_n(a_report):
    data, _ = a_report
    described = {"metrics": {}}
    bundle = SimpleNamespace(
        name="blocks", version="1.2", sha256="0123456789abcdef", description=described
    )
    lines = benchmark_table(data, bundle).splitlines()
    assert lines[0].startswith("Bundle `blocks` 1.2 (weights `0123456789ab`), case_a, case_b")
    left = next(line for line in lines if line.startswith("| Left femur"))
    assert left.startswith("| Left femur | 3 | 0.900 ± 0.100 |")
    assert "| case_c |" in lines[-1]
    described["metrics"]["covered_dice"] = {"x": {"femur": 0.8, "sacrum": None}, "y": {"femur": 1}}
    *before, heading, _, first, second, mean = benchmark_table(data, bundle).splitlines()
    assert before[: len(lines)] == lines
    assert heading.startswith("| patient | Femur | Hip bone |")
    assert first == "| x | 0.800 | – | – | – |"
    assert second.startswith("| y | 1.000 |")
    assert mean == "| mean | 0.900 |  |  |  |"
    described["metrics"]["covered_median_slice_dice"] = {"femur": 0.85, "sacrum": None}
    *before, last = benchmark_table(data, bundle).splitlines()
    assert before[-1] == mean
    assert last == "| median of the slices that a mask shows | 0.850 | – | – | – |"


def test_the_validation_patients_are_segmented_and_reported(tmp_path, monkeypatch):
    content = configuration(write_dataset(tmp_path / "data"), tmp_path / "runs")
    config = write_configuration(tmp_path / "config.yaml", content)
    truth = LabelledTruth()
    monkeypatch.setattr(validation_report, "Segmenter", truth)
    bundle = write_small_bundle(tmp_path / "small")
    page = tmp_path / "docs" / "benchmarks.md"
    validation_report.main(
        [str(config), "--bundle", str(bundle), "--output", str(tmp_path / "out"),
         "--benchmarks", str(page)]
    )  # fmt: skip
    data = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert data["compared"]["cases"] == ["case_c"]
    assert data["title"] == "Bundle “small” 1.2.3 on its validation patients"
    femurs = next(row for row in data["metrics"] if row["bone"] == "femur")
    assert (femurs["side"], femurs["dice"]) == ("both", 1.0)
    assert "| Femurs | 1 | 1.000 |" in page.read_text(encoding="utf-8")


class LabelledTruth:
    """Stands in for the segmenter: finds the bright femur of `small_dataset`, and no more."""

    def __call__(self, bundle, device):
        return self

    def segment(self, volume, bones):
        return SimpleNamespace(labels=(volume.voxels == 200).astype(np.uint8))
