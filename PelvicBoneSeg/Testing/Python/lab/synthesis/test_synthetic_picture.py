"""The sheets of synthetic slices."""

from __future__ import annotations

import numpy as np
from matplotlib.image import imread

from lab.small_dataset import configuration, write_configuration, write_dataset
from lab.synthesis.small_bodies import LIVELY
from PelvicBoneSegLab.synthesis.picture import COLUMNS, ROWS, main


def test_a_sheet_shows_the_bones_in_colour_beside_the_images(tmp_path, capsys):
    content = configuration(write_dataset(tmp_path / "data"), tmp_path / "run")
    content["datasets"][0]["synthetic_weight"] = 0.5
    content["synthesis"] = LIVELY
    path = write_configuration(tmp_path / "config.yaml", content)
    main([str(path), "--output", str(tmp_path / "sheets")])
    assert capsys.readouterr().out.split() == [str(tmp_path / "sheets" / "blocks.png")]
    sheet = imread(tmp_path / "sheets" / "blocks.png")[..., :3]
    assert sheet.shape == (ROWS * 64, COLUMNS * 2 * 64, 3)
    tiles = sheet.reshape(ROWS, 64, COLUMNS, 2, 64, 3)
    colour = np.ptp(tiles, axis=-1) > 0.05
    assert not colour[:, :, :, 0].any()
    assert colour[:, :, :, 1].any(axis=(1, 3)).mean() > 0.8
