from __future__ import annotations

import numpy as np
import pytest

from lab.phantom_subject import sphere
from PelvicBoneSegLab.phantom.bone_map import THIN_CORTEX_MM, BoneMap
from PelvicBoneSegLab.phantom.grid import CORONAL, Grid, rotation
from PelvicBoneSegLab.phantom.phantom import majority
from PelvicBoneSegLab.phantom.tissues import Tissue
from PelvicBoneSegLab.phantom.voxelise import mesh_mask

CENTRE = np.array([12.0, -7.0, 30.0])


@pytest.fixture
def an_oblique_coronal_grid() -> Grid:
    direction = rotation((9, -5, 7)) @ CORONAL
    return Grid.centred((24, 90, 80), (1.0, 1.1, 4.0), direction, CENTRE)


def filled(mesh, grid: Grid) -> np.ndarray:
    mask = np.zeros(grid.shape, dtype=bool)
    box, inside = mesh_mask(mesh, grid)
    mask[box] = inside
    return mask


def test_grid_has_the_centre_spacing_and_direction_it_was_asked_for(an_oblique_coronal_grid):
    grid = an_oblique_coronal_grid
    np.testing.assert_allclose(grid.spacing, (1.0, 1.1, 4.0))
    np.testing.assert_allclose(grid.direction, rotation((9, -5, 7)) @ CORONAL, atol=1e-12)
    assert np.linalg.det(grid.direction) == pytest.approx(1)
    np.testing.assert_allclose(grid.to_index(CENTRE[np.newaxis]), [[39.5, 44.5, 11.5]])
    voxel = grid.coordinates()[:, 3, 5, 7]
    np.testing.assert_allclose(voxel, grid.affine[:3] @ (7, 5, 3, 1), atol=1e-4)


def test_thin_slices_fill_the_thick_one(an_oblique_coronal_grid):
    thin = an_oblique_coronal_grid.split_slices(4)
    assert thin.shape == (96, 90, 80)
    np.testing.assert_allclose(thin.spacing, (1.0, 1.1, 1.0))
    middle_of_four = thin.coordinates()[:, 8:12, 6, 5].mean(axis=1)
    np.testing.assert_allclose(
        middle_of_four, an_oblique_coronal_grid.coordinates()[:, 2, 6, 5], atol=1e-4
    )


def test_sphere_keeps_volume_and_place_on_an_oblique_grid(an_oblique_coronal_grid):
    ball = sphere(CENTRE + (4, 3, -5), 25)
    grid = an_oblique_coronal_grid.split_slices(4)
    mask = filled(ball, grid)
    assert mask.sum() * grid.spacing.prod() / 1000 == pytest.approx(ball.volume_ml(), rel=0.01)
    np.testing.assert_allclose(
        grid.coordinates()[:, mask].mean(axis=1), CENTRE + (4, 3, -5), atol=0.1
    )


def test_mesh_beyond_the_border_is_cut_there(an_oblique_coronal_grid):
    edge = an_oblique_coronal_grid.affine[:3] @ (0, 45, 12, 1)
    mask = filled(sphere(edge, 20), an_oblique_coronal_grid)
    volume = mask.sum() * an_oblique_coronal_grid.spacing.prod() / 1000
    assert volume == pytest.approx(sphere(edge, 20).volume_ml() / 2, rel=0.08)


def test_mesh_outside_the_grid_marks_nothing(an_oblique_coronal_grid):
    far = sphere(CENTRE + (500, 0, 0), 20)
    assert not filled(far, an_oblique_coronal_grid).any()
    bones = BoneMap(an_oblique_coronal_grid)
    bones.add("sacrum", [far])
    assert not bones.labels.any()


def test_bones_never_overlap_and_have_marrow_in_a_cortical_shell(an_oblique_coronal_grid):
    grid = an_oblique_coronal_grid.split_slices(4)
    bones = BoneMap(grid)
    hip, sacrum = sphere(CENTRE, 18), sphere(CENTRE + (24, 0, 0), 18)
    bones.add("left_hip_bone", [hip])
    bones.add("sacrum", [sacrum])
    overlap = filled(hip, grid) & filled(sacrum, grid)
    assert overlap.any()
    assert (bones.labels[overlap] == 3).all()
    assert set(np.unique(bones.labels)) == {0, 3, 5}
    own = bones.labels == 3
    assert set(np.unique(bones.tissues[own])) == {Tissue.CORTEX, Tissue.HIP_MARROW}
    depth = 18 - np.linalg.norm(grid.coordinates() - CENTRE[:, None, None, None], axis=0)
    assert (bones.tissues[own & (depth < THIN_CORTEX_MM - 0.6)] == Tissue.CORTEX).all()
    assert (bones.tissues[own & (depth > THIN_CORTEX_MM + 1.5)] == Tissue.HIP_MARROW).all()


def test_femoral_cortex_is_thicker_at_the_shaft_than_at_the_head():
    grid = Grid.centred((40, 140, 40), (1.0, 1.0, 1.0), CORONAL, np.array([0, 0, -55.0]))
    bones = BoneMap(grid)
    head, shaft = sphere((0, 0, 0), 14), sphere((0, 0, -110), 14)
    whole = type(head)(
        np.vstack([head.points, shaft.points]),
        np.vstack([head.triangles, shaft.triangles + len(head.points)]),
    )
    bones.add("left_femur", [whole])
    z = grid.coordinates()[2]
    cortex = bones.tissues == Tissue.CORTEX
    assert (cortex & (z < -90)).sum() > 1.7 * (cortex & (z > -20)).sum()


def test_majority_takes_half_or_more_and_the_greatest_share():
    columns = {
        "half bone": ([0, 0, 1, 1], 1),
        "a quarter": ([0, 0, 0, 5], 0),
        "mostly sacrum": ([3, 5, 5, 0], 5),
        "all": ([2, 2, 2, 2], 2),
    }
    thin = np.array([values for values, _ in columns.values()], dtype=np.uint8).T[:, :, np.newaxis]
    result = majority(thin, 4)
    assert result[0, :, 0].tolist() == [expected for _, expected in columns.values()]
    assert result.dtype == np.uint8
