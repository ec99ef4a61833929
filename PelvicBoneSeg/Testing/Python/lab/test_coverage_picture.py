from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lab.small_dataset import configuration, write_configuration, write_dataset
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
