"""Organs around the symphysis of bodies whose hip bones are complete."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from PelvicBoneSegLab.synthesis import body_tissues
from PelvicBoneSegLab.synthesis.body_tissues import Body
from PelvicBoneSegLab.synthesis.organ_field import OrganField
from PelvicBoneSegLab.synthesis.pelvic_organs import KINDS, Organ, paint_organs
from PelvicBoneSegLab.synthesis.tissue_map import GRID_MM, Kind
from PelvicBoneSegLib.anatomy import BONES

SHAPE = (180, 150, 140)
SYMPHYSIS = (100, 60, 75)
"""Downwards, backwards and to the left on the grid of tissue maps, 5 voxels off the middle."""

HIP_BONE = BONES.index("hip_bone")

BLADDER = (Organ.URINE, Organ.BLADDER_WALL)

CORPORA = (Organ.CORPORA, Organ.DARK_CORPORA)

OBTURATOR = (Organ.OBTURATOR_EXTERNUS, Organ.OBTURATOR_INTERNUS)


def hips(gap: int = 3) -> np.ndarray:
    """Return two bars from the sides to the front, so many voxels apart at the symphysis."""
    mask = np.zeros(SHAPE, bool)
    mask[88:113, 54:67, 20:121] = True
    mask[:, :, 75 - gap // 2 : 76 + gap // 2] = False
    return mask


@pytest.fixture(scope="module")
def field():
    return OrganField.around(hips(), np.random.default_rng(0))


@pytest.fixture
def smooth(field):
    """Without noise."""
    return OrganField(field.box, field.axes, np.zeros_like(field.wobble))


@functools.cache
def painted(field, seed):
    tissues, bones = np.zeros(SHAPE, np.uint8), hips()[field.box]
    paint_organs(tissues[field.box], ~bones, bones, field, 1, np.random.default_rng(seed))
    tissues.flags.writeable = False
    return tissues


def bodies_of(labels, hip_bone=1):
    inside = np.zeros(SHAPE, bool)
    inside[2:-2, 2:-2, 2:-2] = True
    body = Body(labels, inside, {HIP_BONE: hip_bone}, np.random.default_rng(0))
    return body.tissue_maps("a")


def middle_mm(mask):
    """Return where a mask lies from the symphysis: upwards, backwards, to the left."""
    at = np.argwhere(mask).mean(axis=0) - SYMPHYSIS
    return at * (-GRID_MM, GRID_MM, GRID_MM)


def test_the_field_is_told_from_the_symphysis(field):
    here = [axis.ravel() for axis in field.axes]
    for axis, one, at in zip(here, field.box, SYMPHYSIS, strict=True):
        assert axis[at - one.start] == 0
    assert here[0][0] > 0 > here[0][-1]
    assert here[1][0] < 0 < here[1][-1]
    assert here[2][0] < 0 < here[2][-1]


def test_depths_are_millimetres_inside(smooth):
    up, back, left = smooth.axes
    ball = smooth.ellipsoid((10.0, 20.0, -5.0), (12.0, 12.0, 12.0))
    distance = np.sqrt((up - 10) ** 2 + (back - 20) ** 2 + (left + 5) ** 2)
    np.testing.assert_allclose(ball, 12 - distance, atol=1e-3)
    tube = smooth.tube([(0.0, 0.0, 0.0), (30.0, 0.0, 0.0), (30.0, 40.0, 0.0)], 10.0)
    beside = np.sqrt((up - 15) ** 2 + (back - 20) ** 2 + left**2) < 5
    assert (tube[beside] < 0).all()
    rising = np.broadcast_to((up > 0) & (up < 30) & (back < 0), tube.shape)
    expected = np.broadcast_to(10 - np.hypot(back, left), tube.shape)
    np.testing.assert_allclose(tube[rising], expected[rising], atol=1e-3)


def test_a_wall_is_about_as_thick_in_a_long_ellipsoid_as_in_a_ball(smooth):
    depth = smooth.ellipsoid((0.0, 0.0, 0.0), (12.0, 42.0, 50.0))
    up, back, left = (axis.ravel() for axis in smooth.axes)
    middle = [int(np.abs(axis).argmin()) for axis in (up, back, left)]
    for axis, radius in ((0, 12), (1, 42), (2, 50)):
        line = depth[tuple(slice(None) if one == axis else middle[one] for one in range(3))]
        wall = np.count_nonzero((line > 0) & (line <= 4)) * GRID_MM / 2
        assert wall == pytest.approx(4, abs=1.0), radius


def test_each_organ_lies_where_anatomy_has_it(field):
    for seed in range(12):
        tissues = painted(field, seed)
        organ = {one: tissues == 1 + one for one in Organ}
        bladder = middle_mm(np.logical_or.reduce([organ[one] for one in BLADDER]))
        rectum = middle_mm(organ[Organ.RECTUM_WALL])
        assert bladder[0] > 0 and bladder[1] > 0
        assert rectum[1] > 40
        if organ[Organ.PROSTATE].any():
            assert middle_mm(organ[Organ.PROSTATE])[0] < bladder[0]
        corpora = np.logical_or.reduce([organ[one] for one in CORPORA])
        if corpora.any():
            assert middle_mm(corpora)[0] < -20
        assert abs(bladder[2]) < 15


def test_bodies_differ_and_some_have_a_penis(field):
    bodies = [painted(field, seed) for seed in range(12)]
    sizes = [np.count_nonzero(np.isin(one, 1 + np.array(BLADDER))) for one in bodies]
    assert max(sizes) > 2 * min(sizes)
    assert 0 < sum((one == 1 + Organ.TUNICA).any() for one in bodies) < 12


def test_two_corpora_lie_side_by_side_and_the_bulb_beneath_them(field):
    from scipy.ndimage import label

    men = [one for seed in range(12) if ((one := painted(field, seed)) == 1 + Organ.BULB).any()]
    assert men
    for tissues in men:
        corpora = np.isin(tissues, 1 + np.array(CORPORA))
        parts, count = label(corpora[:, SYMPHYSIS[1]])
        first, second = np.bincount(parts.ravel())[1:]
        assert count == 2 and 0.5 < first / second < 2
        assert middle_mm(tissues == 1 + Organ.BULB)[0] < middle_mm(corpora)[0]


def test_crura_lie_below_the_rami(field):
    """On either side, as far as 28 mm from the middle at least."""
    men = [one for seed in range(12) if ((one := painted(field, seed)) == 1 + Organ.BULB).any()]
    for tissues in men:
        for column in (SYMPHYSIS[2] - 17, SYMPHYSIS[2] + 17):
            below = np.isin(tissues[113:140, 54:67, column], 1 + np.array((*CORPORA, Organ.TUNICA)))
            rows = np.flatnonzero(below.any(axis=1))
            assert rows.size > 5 and rows[0] * GRID_MM < 10


def test_a_dark_ligament_lies_below_and_behind_the_disc(field):
    assert KINDS[Organ.ARCUATE_LIGAMENT] == Kind.CORTEX
    for seed in range(12):
        up, back, left = middle_mm(painted(field, seed) == 1 + Organ.ARCUATE_LIGAMENT)
        assert -32 < up < -10 and back > -5 and abs(left) < 4


def test_muscle_surrounds_the_prostate_from_below(field):
    from scipy.ndimage import binary_dilation

    muscles = [
        (tissues == 1 + Organ.PELVIC_FLOOR)[binary_dilation(prostate) & ~prostate].mean()
        for tissues in (painted(field, seed) for seed in range(12))
        if (prostate := tissues == 1 + Organ.PROSTATE).any()
    ]
    assert KINDS[Organ.PELVIC_FLOOR] == Kind.MUSCLE
    assert min(muscles) > 0.05 and np.median(muscles) > 0.25


def test_walls_surround_what_is_in_them(field):
    from scipy.ndimage import binary_dilation

    for seed in range(12):
        tissues = painted(field, seed)
        urine = tissues == 1 + Organ.URINE
        around = tissues[binary_dilation(urine) & ~urine & ~hips()]
        around = around[~np.isin(around, 1 + np.array(OBTURATOR))]
        assert (around == 1 + Organ.BLADDER_WALL).mean() > 0.9
    assert KINDS[Organ.URINE] == Kind.FLUID


def test_fat_lies_right_behind_the_pubic_bones_of_most(field):
    shares = []
    for seed in range(12):
        tissues = painted(field, seed)
        behind = tissues[88:100, 68:70, 65:86]
        shares.append((behind == 1 + Organ.RETROPUBIC_FAT).mean())
    assert sum(share > 0.3 for share in shares) >= 6
    assert min(shares) == 0
    assert KINDS[Organ.RETROPUBIC_FAT] == Kind.FAT


def test_bone_and_muscle_stay(monkeypatch):
    monkeypatch.setattr(body_tissues, "_LARGER", 1.0)
    labels = 2 * hips().astype(np.uint8)
    labels[60:90, 75:85, 60:90] = 7  # a muscle where the bladder would be
    bodies = bodies_of(labels, hip_bone=2)
    muscles = [np.count_nonzero(body.tissues == body.tissues.max()) for body in bodies]
    assert muscles == [30 * 10 * 30] * len(bodies)


@pytest.mark.parametrize(
    "mask",
    [
        hips(gap=41),
        np.zeros(SHAPE, bool),
        hips() & (np.arange(SHAPE[2]) < SYMPHYSIS[2]),
        np.ones(SHAPE, bool),
    ],
    ids=["far apart", "no hip bone", "one hip bone", "no cleft"],
)
def test_hip_bones_that_do_not_meet_have_no_symphysis(mask):
    assert OrganField.around(mask, np.random.default_rng(0)) is None


def disc_of(field, reach_mm):
    disc = np.zeros(SHAPE, bool)
    disc[field.box] = field.disc(hips()[field.box], reach_mm)
    return disc


def test_the_disc_is_between_left_and_right(field):
    disc = disc_of(field, GRID_MM)
    expected = np.zeros(SHAPE, bool)
    expected[88:113, 54:67, 75] = True
    assert (disc & expected).sum() == expected.sum()
    assert not (disc & hips()).any()
    # Around it, no further than its reach.
    at = np.argwhere(disc)
    assert at[:, 2].min() >= 70 and at[:, 2].max() <= 80
    assert disc.sum() < 3 * expected.sum()


def test_a_wide_disc_reaches_into_both_bones(field):
    across = disc_of(field, 5.9 * GRID_MM)[SYMPHYSIS[0], SYMPHYSIS[1]]
    # Three voxels of cleft; of each bone what is less than 5.9 voxels from the other.
    assert np.flatnonzero(across).tolist() == [*range(72, 79)]


def test_a_thicker_pubis_grows_to_all_sides_but_across_the_symphysis(field):
    whole = hips()[field.box]
    disc = field.disc(whole, 3.9 * GRID_MM)
    np.testing.assert_array_equal(field.thickened(whole, disc, 0.0), whole)
    thicker = np.zeros(SHAPE, bool)
    thicker[field.box] = field.thickened(whole, disc, 4 * GRID_MM)
    assert (thicker[field.box] | ~whole).all()
    assert extent(thicker[:, :, 85]) == (84, 116, 50, 70)
    np.testing.assert_array_equal(thicker[:, :, 118], hips()[:, :, 118])
    assert not thicker[88:113, 54:67, 74:77].any()


def extent(mask):
    """Return first and last row, first and last column."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return rows[0], rows[-1], columns[0], columns[-1]


def test_what_surrounds_the_symphysis_is_magnified_and_the_rest_stays(field):
    tissues = hips().astype(np.uint8)
    tissues[30:40, 100:110, 60:90] = 2  # more than 68 mm away
    part = tissues[field.box]
    np.testing.assert_array_equal(field.magnified(part, 1.0, 1.0), part)
    larger = tissues.copy()
    larger[field.box] = field.magnified(part, 1.5, 1.5)
    bar = [(88, 112), (54, 66)]
    expected = [at + 1.5 * (np.array(ends) - at) for at, ends in zip(SYMPHYSIS, bar, strict=False)]
    np.testing.assert_allclose(extent(larger[:, :, 80] == 1), np.ravel(expected), atol=1)
    gap = np.flatnonzero(larger[SYMPHYSIS[0], SYMPHYSIS[1]] == 0)
    assert np.count_nonzero((gap > 60) & (gap < 90)) == pytest.approx(1.5 * 3, abs=1)
    np.testing.assert_array_equal(larger[:, :, 30] == 1, tissues[:, :, 30] == 1)
    np.testing.assert_array_equal(larger == 2, tissues == 2)


def test_the_symphysis_may_be_magnified_in_sagittal_planes_alone(field):
    tissues = hips().astype(np.uint8)
    larger = tissues.copy()
    larger[field.box] = field.magnified(tissues[field.box], 1.5, 1.0)
    assert np.count_nonzero(larger[:, :, 80]) > 1.9 * np.count_nonzero(tissues[:, :, 80])
    np.testing.assert_array_equal(
        np.flatnonzero(larger[SYMPHYSIS[0], SYMPHYSIS[1]]),
        np.flatnonzero(tissues[SYMPHYSIS[0], SYMPHYSIS[1]]),
    )


def test_a_half_space_is_what_lies_before_a_plane(smooth):
    up, back, _ = smooth.axes
    before = smooth.half_space((5.0, -10.0, 0.0), 0.0)
    np.testing.assert_allclose(before, np.broadcast_to(5.0 - up, before.shape), atol=1e-4)
    before = smooth.half_space((5.0, -10.0, 0.0), np.pi / 2)
    np.testing.assert_allclose(before, np.broadcast_to(-10.0 - back, before.shape), atol=1e-4)


@pytest.mark.parametrize("larger", [1.0, 1.5])
def test_the_pubic_bones_of_every_body_are_apart(monkeypatch, larger):
    from scipy.ndimage import label

    monkeypatch.setattr(body_tissues, "_LARGER", larger)
    labels = hips(gap=1).astype(np.uint8)
    for body in bodies_of(labels):
        parts, count = label(body.classes[body.tissues])
        sizes = np.bincount(parts.ravel())[1:]
        assert count == 2 and sizes.min() > 0.5 * sizes.max()


def test_a_body_with_complete_hip_bones_comes_with_several_sets_of_organs():
    labels = hips().astype(np.uint8)
    bodies = bodies_of(labels)
    assert len(bodies) > 1 and {body.name for body in bodies} == {"a"}
    first, *others = bodies
    for other in others:
        assert (other.tissues != first.tissues).mean() > 0.005
    bones = [np.count_nonzero(body.classes[body.tissues]) for body in bodies]
    assert min(bones) >= hips().sum()
    assert max(bones) > 1.2 * min(bones), "the pubis is thicker in some"
    table = list(first.kinds)
    start = next(n for n in range(len(table)) if tuple(table[n : n + len(KINDS)]) == KINDS)
    for body in bodies:
        organs = np.bincount(body.tissues.ravel(), minlength=start + len(KINDS))[start:]
        assert organs[[*BLADDER]].any() and organs[Organ.RECTUM_WALL]
