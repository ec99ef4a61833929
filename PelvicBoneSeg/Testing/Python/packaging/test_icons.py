from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from PySide6 import QtGui

ICON_SIZES = {"PelvicBoneSeg.png": 128, "PelvicBoneSeg/Resources/Icons/PelvicBoneSeg.png": 64}


@pytest.fixture(scope="module")
def render_icons(repository):
    script = repository / "packaging" / "render_icons.py"
    spec = importlib.util.spec_from_file_location("render_icons", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rgba(image) -> np.ndarray:
    """Return the pixels as (row, column, RGBA), 0 to 255."""
    image = image.convertToFormat(QtGui.QImage.Format.Format_RGBA8888)
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4).astype(int)


def test_every_icon_is_rendered(repository, render_icons):
    rendered = {p.relative_to(repository).as_posix(): n for p, n in render_icons.SIZES.items()}
    assert rendered == ICON_SIZES


@pytest.mark.parametrize(("name", "size"), ICON_SIZES.items())
def test_committed_icon_is_the_drawing(repository, render_icons, name, size):
    committed = rgba(QtGui.QImage(str(repository / name)))
    drawn = rgba(render_icons.render(render_icons.DRAWING, size))
    assert committed.shape == (size, size, 4)
    # Qt versions differ by a grey level or two along edges.
    assert np.abs(committed - drawn).mean() < 1.0


def test_icon_stands_on_light_and_on_dark(repository):
    pixels = rgba(QtGui.QImage(str(repository / "PelvicBoneSeg.png")))
    assert pixels[0, 0, 3] == 0  # the tile's corners are transparent
    assert pixels[64, 4, 3] == 255


def test_bones_are_told_apart_at_24_pixels(render_icons):
    pixels = rgba(render_icons.render(render_icons.DRAWING, 24))[..., :3]
    ilium, sacrum, femur, night = pixels[6, 4], pixels[8, 12], pixels[17, 4], pixels[3, 12 - 4]
    for one, other in [(ilium, sacrum), (ilium, femur), (sacrum, femur)]:
        assert np.abs(one - other).max() > 60
    for bone in (ilium, sacrum, femur):
        assert bone.sum() - night.sum() > 200
