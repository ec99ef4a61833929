"""Organs around the symphysis of bodies whose hip bones are complete."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.synthesis.body_tissues import Body
from PelvicBoneSegLab.synthesis.pelvic_organs import KINDS, Organ, OrganField, paint_organs
from PelvicBoneSegLab.synthesis.tissue_map import GRID_MM, Kind
from PelvicBoneSegLib.anatomy import BONES

SHAPE = (180, 150, 140)
SYMPHYSIS = (100, 60)
"""Downwards and backwards on the grid of tissue maps; in the middle between right and left."""

HIP_BONE = BONES.index("hip_bone")


def hips(gap: int = 4) -> np.ndarray:
    """Return two bars from the sides to the front, so many voxels apart in the middle."""
    mask = np.zeros(SHAPE, bool)
    mask[88:112, 54:66, 20:120] = True
    mask[:, :, 70 - gap // 2 : 70 + gap // 2] = False
    return mask


@pytest.fixture
def field():
    return OrganField.around(hips(), np.random.default_rng(0))


def painted(field, seed):
    tissues = np.zeros(SHAPE, np.uint8)
    paint_organs(tissues, ~hips(), field, 1, np.random.default_rng(seed))
    return tissues


def middle_mm(mask):
    """Return where a mask lies from the symphysis: upwards, backwards, to the left."""
    at = np.argwhere(mask).mean(axis=0) - (*SYMPHYSIS, 70)
    return at * (-GRID_MM, GRID_MM, GRID_MM)


def test_depths_are_millimetres_inside(field):
    smooth = OrganField(field.box, field.axes, np.zeros_like(field.wobble))
    up, back, left = smooth.axes
    ball = smooth.ellipsoid((10.0, 20.0, -5.0), (12.0, 12.0, 12.0))
    distance = np.sqrt((up - 10) ** 2 + (back - 20) ** 2 + (left + 5) ** 2)
    np.testing.assert_allclose(ball, 12 - distance, atol=1e-3)
    tube = smooth.tube([(0.0, 0.0, 0.0), (30.0, 0.0, 0.0), (30.0, 40.0, 0.0)], 10.0)
    beside = np.sqrt((up - 15) ** 2 + (back - 20) ** 2 + left**2) < 5
    assert (tube[beside] < 0).all()
    rising = (up > 0) & (up < 30) & (back < 0)
    expected = 10 - np.broadcast_to(np.hypot(back, left), tube.shape)[rising & (tube > -99)]
    np.testing.assert_allclose(tube[rising & (tube > -99)], expected, atol=1e-3)


def test_each_organ_lies_where_anatomy_has_it(field):
    for seed in range(12):
        tissues = painted(field, seed)
        organ = {one: tissues == 1 + one for one in Organ}
        bladder = middle_mm(organ[Organ.URINE] | organ[Organ.BLADDER_WALL])
        rectum = middle_mm(organ[Organ.RECTUM_WALL])
        assert bladder[0] > 0 and bladder[1] > 0
        assert rectum[1] > 40
        if organ[Organ.PROSTATE].any():
            assert middle_mm(organ[Organ.PROSTATE])[0] < bladder[0]
        if organ[Organ.CORPORA].any():
            assert middle_mm(organ[Organ.CORPORA])[0] < -20
        assert abs(bladder[2]) < 15


def test_bodies_differ_and_some_have_a_penis(field):
    bodies = [painted(field, seed) for seed in range(12)]
    sizes = [
        np.count_nonzero(np.isin(one, (1 + Organ.URINE, 1 + Organ.BLADDER_WALL))) for one in bodies
    ]
    assert max(sizes) > 2 * min(sizes)
    assert 0 < sum((one == 1 + Organ.TUNICA).any() for one in bodies) < 12


def test_walls_surround_what_is_in_them(field):
    from scipy.ndimage import binary_dilation

    tissues = painted(field, 3)
    urine = tissues == 1 + Organ.URINE
    around = tissues[binary_dilation(urine) & ~urine & ~hips()]
    assert (around == 1 + Organ.BLADDER_WALL).mean() > 0.9
    assert KINDS[Organ.URINE] == Kind.FLUID


def test_bone_and_what_is_labelled_stay(field):
    tissues = np.full(SHAPE, 99, np.uint8)
    paint_organs(tissues, np.zeros(SHAPE, bool), field, 1, np.random.default_rng(0))
    assert (tissues == 99).all()


def test_hip_bones_that_do_not_meet_have_no_symphysis():
    rng = np.random.default_rng(0)
    assert OrganField.around(hips(gap=40), rng) is None
    assert OrganField.around(np.zeros(SHAPE, bool), rng) is None


def test_the_disc_is_between_left_and_right(field):
    disc = np.zeros(SHAPE, bool)
    disc[field.box] = field.disc(hips())
    expected = np.zeros(SHAPE, bool)
    expected[88:112, 54:66, 68:72] = True
    assert (disc & expected).sum() == expected.sum()
    assert not (disc & hips()).any()
    assert disc.sum() < 1.6 * expected.sum()


def test_a_body_with_complete_hip_bones_comes_with_several_sets_of_organs():
    labels = hips().astype(np.uint8)
    inside = np.zeros(SHAPE, bool)
    inside[2:-2, 2:-2, 2:-2] = True
    bodies = Body(labels, inside, {HIP_BONE: 1}, np.random.default_rng(0)).tissue_maps("a")
    assert len(bodies) > 1 and {body.name for body in bodies} == {"a"}
    first, *others = bodies
    bones = first.classes[first.tissues]
    for other in others:
        np.testing.assert_array_equal(other.classes[other.tissues], bones)
        assert (other.tissues != first.tissues).mean() > 0.005
    assert {Kind.CORTEX, Kind.FLUID} <= {Kind(one) for one in first.kinds[first.tissues].ravel()}
