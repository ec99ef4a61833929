from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml
from PIL import Image

from lab.small_dataset import configuration, write_configuration, write_dataset
from PelvicBoneSegLab.coverage import picture
from PelvicBoneSegLab.coverage.picture import COLUMNS, draw_coverage, main
from PelvicBoneSegLab.data.cases import iterate_scans
from PelvicBoneSegLab.training.config import TrainingConfig


@pytest.fixture
def a_configuration(tmp_path):
    content = configuration(write_dataset(tmp_path / "blocks"), tmp_path / "runs")
    content["datasets"][0]["coverage"] = [{"bone": "sacrum", "silent": "everywhere"}]
    return write_configuration(tmp_path / "blocks.yaml", content)


def test_every_scan_has_a_row_of_slices(a_configuration):
    dataset = TrainingConfig.load(a_configuration).datasets[0]
    scans = list(iterate_scans(dataset, validation=False))
    figure = draw_coverage(scans, "nobody's bones")
    assert len(figure.axes) == len(scans) * COLUMNS
    assert figure.texts[0].get_text() == "nobody's bones"
    assert [axes.texts[0].get_text() for axes in figure.axes[::COLUMNS]] == ["case_a", "case_b"]


def test_the_command_paints_what_is_silent_in_the_bone_s_colour(a_configuration, tmp_path, capsys):
    main([str(a_configuration), "--output", str(tmp_path / "pictures"), "--cases", "case_c"])
    path = tmp_path / "pictures" / "blocks.png"
    assert capsys.readouterr().out.strip() == str(path)
    red, green, blue = np.moveaxis(np.asarray(Image.open(path).convert("RGB"), float), -1, 0)
    # The sacrum's colour, nine parts of which are red to five and six of green and blue.
    is_painted = (red > green + 20) & (red > blue + 10)
    assert is_painted.mean() > 0.4
    assert (green > red + 20).mean() < 0.01


def test_what_a_teacher_finds_is_drawn_in_slices_where_it_finds_it(a_configuration):
    before = list(iterate_scans(TrainingConfig.load(a_configuration).datasets[0], validation=False))
    labels = before[0].labels.copy()
    labels[1] = 3
    taught = [replace(before[0], labels=labels)]
    figure = draw_coverage(taught, before=before[:1])
    first = figure.axes[0].images[0].get_array()
    for axes in figure.axes:
        assert np.array_equal(axes.images[0].get_array(), first), "the one slice that it changed"
    everywhere = draw_coverage(taught)
    assert any(not np.array_equal(axes.images[0].get_array(), first) for axes in everywhere.axes)


def test_with_a_teacher_training_cases_alone_are_drawn(a_configuration, tmp_path, monkeypatch):
    content = yaml.safe_load(a_configuration.read_text(encoding="utf-8"))
    asked = []

    def complete(config, dataset, scans):
        asked.extend(scan.name for scan in scans)
        return [replace(scan, labels=np.roll(scan.labels, 3, axis=1)) for scan in scans]

    monkeypatch.setattr(picture, "completed", complete)
    without = [str(a_configuration), "--output", str(tmp_path / "none"), "--taught"]
    main(without)
    assert asked == [] and not [*(tmp_path / "none").glob("*.png")], "it has no teacher"
    content["datasets"][0]["teacher"] = "default"
    write_configuration(a_configuration, content)
    main([str(a_configuration), "--output", str(tmp_path / "taught"), "--taught"])
    assert asked == ["case_a", "case_b"]
    assert [path.name for path in (tmp_path / "taught").iterdir()] == ["blocks.png"]
