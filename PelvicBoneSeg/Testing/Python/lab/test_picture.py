"""The picture shows each bone in its colour, where it is."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.picture import ANTERIOR, render_bones, save_picture
from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.segmentation.volume import Volume

CORONAL = np.array([[2.0, 0, 0, -80], [0, 0, 5, -50], [0, -2, 0, 80], [0, 0, 0, 1]])


@pytest.fixture
def two_femurs():
    """Two blocks, the patient's left one at larger i."""
    labels = np.zeros((20, 80, 80), np.uint8)
    labels[5:15, 20:60, 10:30] = 2
    labels[5:15, 20:60, 50:70] = 1
    return labels


def columns_of(picture, colour):
    """Columns of the pixels that have about the hue of a colour, whatever the shading."""
    pixels = picture.astype(float)
    pixels /= np.linalg.norm(pixels, axis=-1, keepdims=True) + 1e-9
    wanted = np.array(colour) / np.linalg.norm(colour)
    return np.nonzero((pixels @ wanted > 0.999) & (picture.max(-1) > 90))[1]


def test_the_patients_left_is_on_the_right_of_an_anterior_view(two_femurs):
    picture = render_bones(two_femurs, CORONAL, ANTERIOR)
    left, right = (columns_of(picture, SEGMENTS[index].colour) for index in (0, 1))
    assert min(left.size, right.size) > 5000
    assert left.min() > right.max()


def test_the_whole_picture_is_written_with_outlines(two_femurs, tmp_path):
    from PIL import Image

    volume = Volume(np.random.default_rng(0).integers(0, 99, two_femurs.shape), CORONAL)
    save_picture(volume, two_femurs, tmp_path / "bones.png", "a caption")
    picture = np.asarray(Image.open(tmp_path / "bones.png").convert("RGB"))
    upper, lower = np.array_split(picture, [int(0.42 * len(picture))])
    for half in (upper, lower):
        for segment in SEGMENTS[:2]:
            assert columns_of(half, segment.colour).size > 300
