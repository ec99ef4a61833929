from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from lab.carry_over.small_cohort import FRAME, A, B, man_scan, pelvis_scan, sides_and_classes
from PelvicBoneSegLab.carry_over.hip_bones import draw_columns
from PelvicBoneSegLab.carry_over.sheet import draw_sheet
from PelvicBoneSegLab.carry_over.tile import SharedField, draw_tile
from PelvicBoneSegLab.small_png import MOST_BYTES, small_png

IMAGES = Path(__file__).parents[5] / "docs" / "images"


def classes_in(scan):
    volume = scan.volume
    return sides_and_classes(volume.voxels.shape, volume.ijk_to_lps, scan.man.frame)[1]


@pytest.fixture(scope="module")
def scans():
    return [man_scan(A, "t2_tra", "axial"), man_scan(A, "t2_cor", "coronal"),
            man_scan(A, "t2_sag", "sagittal"), man_scan(B, "t2_tra", "axial"),
            man_scan(B, "pd", "axial")]  # fmt: skip


def pair(first, second, bone, dice, outcome="compared"):
    score = {"compared": dice, "both miss it": 0.0}.get(outcome)
    return {"first": first, "second": second, "bone": bone, "outcome": outcome, "dice": dice,
            "score": score}  # fmt: skip


def test_outlines_end_where_the_shared_field_ends(scans):
    axial, _, sagittal, *_ = scans
    everywhere = {scan.name: np.full(scan.volume.voxels.shape, 2, np.uint8) for scan in scans}
    field = SharedField.of(axial, sagittal, everywhere)
    shared_mm = 18 * 4 * 112 * 100  # the sagittal slab, as high as it is and as deep as both are
    for masks in field.masks:
        assert not masks[0].any()  # no femur
        assert np.count_nonzero(masks[1]) == pytest.approx(shared_mm, rel=0.15)
    assert np.array_equal(field.masks[0], field.masks[1])
    assert SharedField.of(axial, man_scan(FAR, "t2_tra", "axial"), everywhere) is None


class FAR:
    """A man of another frame of reference."""

    name = "far"
    frame = type(FRAME)(FRAME.origin + 5000, FRAME.axes, FRAME.distance_mm)


def test_a_tile_lies_where_the_patient_does(scans):
    axial, coronal, *_ = scans
    field = SharedField.of(axial, coronal, {scan.name: classes_in(scan) for scan in scans})
    tiles = []
    for half in (0, 1):
        axes = Figure().add_subplot()
        draw_tile(axes, field, half)
        tiles.append(axes)
        left, right, low, high = axes.images[0].get_extent()
        assert left < min(head.centre[0] for head in A.heads.values())
        assert right > max(head.centre[0] for head in A.heads.values())
        assert low < high
        colours = [to_hex(one.get_edgecolor()[0]) for one in axes.collections]
        # The page says: the first scan's mask is blue, the second's orange. Two bones of either.
        assert colours == ["#35d0ff"] * 2 + ["#ff8c1a"] * 2
    axial_tile, coronal_tile = tiles
    assert axial_tile.yaxis_inverted()  # posterior is down
    assert not coronal_tile.yaxis_inverted()  # superior is up


def test_an_outline_surrounds_the_bright_bone_of_the_image(scans):
    axial = scans[0]
    field = SharedField.of(axial, axial, {axial.name: classes_in(axial)})
    axes = Figure().add_subplot()
    draw_tile(axes, field, 0)
    image = axes.images[0]
    left, _, low, _ = image.get_extent()
    pixels = np.asarray(image.get_array())
    outline = axes.collections[0].get_paths()[0].vertices
    for head in A.heads.values():
        away = outline - head.centre[:2]
        x, y = outline[np.hypot(*away.T) < 40].mean(axis=0)
        assert np.hypot(x - head.centre[0], y - head.centre[1]) < 4
        assert 100 <= pixels[int(y - low), int(x - left)] < 100 + 130  # class 1 and the column


def test_a_sheet_shows_each_pair_twice_and_says_what_came_of_it(scans):
    men = {
        "A": {"pairs": [pair("t2_tra", "t2_cor", "femur", 0.876),
                        pair("t2_tra", "t2_cor", "hip_bone", None, "both miss it"),
                        pair("t2_tra", "t2_sag", "femur", None, "it is not in the shared field")]},
        "B": {"pairs": [pair("t2_tra", "pd", "femur", 0.5)]},
    }  # fmt: skip
    classes = {scan.name: classes_in(scan) for scan in scans}
    figure = draw_sheet(scans, classes, men)
    texts = [one.get_text() for one in figure.texts]
    assert texts[0] == "A: t2_tra – t2_cor\nfemur 0.88, hip bone missed"
    assert texts[1] == "A: t2_tra – t2_sag\nfemur –"
    assert texts[3] == "B: t2_tra – pd\nfemur 0.50"
    assert texts[-1] == "Images: PROSTATEx (TCIA), CC BY 3.0; drawn on."
    assert len(figure.axes) == 2 * 4


def test_hip_bones_are_drawn_from_two_sides_and_nothing_else_is():
    scan = pelvis_scan("whole")
    shape, to_lps = scan.volume.voxels.shape, scan.volume.ijk_to_lps
    sides, classes = sides_and_classes(shape, to_lps, FRAME)
    hip_bones = np.where(classes == 2, np.where(sides > 0, 3, 4), 0).astype(np.uint8)
    femurs = (classes == 1).astype(np.uint8)
    figure = draw_columns({"found": (hip_bones, to_lps), "femurs": (femurs, to_lps)})
    assert [axes.get_title() for axes in figure.axes] == ["found", "", "femurs", ""]
    front, below, *without = (np.asarray(axes.images[0].get_array()) for axes in figure.axes)
    assert front.std() > 5
    assert below.std() > 5
    assert np.abs(front.astype(int) - below).mean() > 1
    assert all(np.ptp(picture.reshape(-1, 3), axis=0).max() == 0 for picture in without)


def test_a_small_png_keeps_the_size_and_few_colours():
    figure = Figure(figsize=(2, 1), dpi=50, facecolor="black")
    figure.text(0.1, 0.5, "abc", color="#35d0ff")
    picture = Image.open(io.BytesIO(small_png(figure, 16)))
    assert (picture.size, picture.mode) == ((100, 50), "P")
    assert len(picture.convert("RGB").getcolors()) <= 16


@pytest.mark.skipif(not IMAGES.is_dir(), reason="needs the repository's docs folder")
def test_the_committed_pictures_are_small():
    pictures = sorted(IMAGES.glob("carry_over*.png"))
    assert {one.name: os.path.getsize(one) for one in pictures if
            one.stat().st_size > MOST_BYTES} == {}  # fmt: skip
