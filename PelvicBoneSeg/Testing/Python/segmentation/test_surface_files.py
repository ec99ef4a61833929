"""Surface files: what is written is what is read, and what is wrong is found."""

from __future__ import annotations

import os

import numpy as np
import pytest

from PelvicBoneSegLib.segmentation.surface_files.apart import moved_apart
from PelvicBoneSegLib.segmentation.surface_files.check import check_surface
from PelvicBoneSegLib.segmentation.surface_files.gltf import write_glb
from PelvicBoneSegLib.segmentation.surface_files.mesh import Mesh, turned_outward
from PelvicBoneSegLib.segmentation.surface_files.readers import read_back
from PelvicBoneSegLib.segmentation.surface_files.writers import write_obj, write_ply, write_stl

CORNERS = np.array([[0, 0, 0], [10, 0, 0], [0, 20, 0], [0, 0, 30]], np.float64)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
"""A tetrahedron of 1 ml, fronts outward."""

SHIFT = np.array([900.0, -40.0, 700.0])
WRITERS = {
    ".stl": write_stl,
    ".obj": write_obj,
    ".ply": write_ply,
    ".glb": lambda path, meshes, space: write_glb(path, meshes),
}


@pytest.fixture
def meshes():
    """Two tetrahedra that share a corner's place."""
    return [
        Mesh("Left femur", (0.9, 0.5, 0.1), CORNERS + SHIFT, FACES),
        Mesh("Ünïcode bone", (0.0, 1.0, 0.25), CORNERS * 2 + SHIFT, FACES),
    ]


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_is_written_is_read_back_bone_by_bone(tmp_path, meshes, suffix):
    path = tmp_path / f"two bones{suffix}"
    WRITERS[suffix](path, meshes, "LPS")

    found = read_back(path, [4, 4])

    for mesh, (points, triangles) in zip(meshes, found, strict=True):
        volume = check_surface(mesh.name, points, triangles, None)
        assert volume.passed and volume.is_watertight
        expected = mesh.points[mesh.triangles]
        if suffix == ".glb":
            expected = np.stack([expected[..., 0], expected[..., 2], -expected[..., 1]], axis=-1)
        np.testing.assert_allclose(points[triangles], expected, atol=1e-3)
    volumes = [check_surface("", *one, None).volume_ml for one in found]
    assert volumes == pytest.approx([1.0, 8.0], rel=1e-3)


@pytest.mark.parametrize("suffix", [".stl", ".obj", ".ply"])
def test_ras_turns_x_and_y(tmp_path, meshes, suffix):
    path = tmp_path / f"bones{suffix}"
    WRITERS[suffix](path, meshes, "RAS")
    ((points, triangles), _) = read_back(path, [4, 4])
    np.testing.assert_allclose(points[triangles], meshes[0].points[FACES] * [-1, -1, 1], atol=1e-3)


@pytest.mark.parametrize("part", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("suffix", WRITERS)
def test_a_file_that_ends_early_is_found(tmp_path, meshes, suffix, part):
    path = tmp_path / f"bones{suffix}"
    WRITERS[suffix](path, meshes, "LPS")
    os.truncate(path, int(os.path.getsize(path) * part))
    with pytest.raises(OSError, match="could not be read back"):
        read_back(path, [4, 4])


def test_a_whole_surface_passes():
    check = check_surface("Bone", CORNERS, FACES, 1.02)
    assert check.passed and check.volume_ml == pytest.approx(1)
    assert not check_surface("Bone", CORNERS, FACES, 1.06).has_kept_volume
    assert check_surface("Bone", CORNERS, FACES, None).passed


def test_a_hole_is_found():
    check = check_surface("Bone", CORNERS, FACES[:3], None)
    assert (check.open_edges, check.tangled_edges) == (3, 0)
    assert not check.is_watertight and not check.passed


def test_a_triangle_that_faces_the_other_way_is_found():
    turned = FACES.copy()
    turned[0] = turned[0, ::-1]
    check = check_surface("Bone", CORNERS, turned, None)
    assert (check.open_edges, check.tangled_edges) == (0, 3)


def test_an_edge_of_four_triangles_is_found():
    twin = CORNERS * [1, -1, -1]
    both = np.concatenate([CORNERS, twin])
    check = check_surface("Bone", both, np.concatenate([FACES, FACES + 4]), None)
    assert (check.open_edges, check.tangled_edges) == (0, 1)


def test_a_surface_that_faces_inward_is_found_and_turned():
    inward = Mesh("Bone", (1, 1, 1), CORNERS + SHIFT, FACES[:, ::-1])
    assert not check_surface("Bone", inward.points, inward.triangles, None).is_outward
    outward = turned_outward(inward)
    assert check_surface("Bone", outward.points, outward.triangles, None).is_outward


def test_points_in_one_place_are_moved_apart():
    """Two tetrahedra of one surface that touch along an edge, as STL would join them."""
    touching = np.concatenate([CORNERS, CORNERS * [1, -1, -1]]) + SHIFT
    mesh = Mesh("Bone", (1, 1, 1), touching, np.concatenate([FACES, FACES + 4]))
    assert check_surface("Bone", mesh.points, mesh.triangles, None).tangled_edges == 1
    apart = moved_apart(mesh)
    assert check_surface("Bone", apart.points, apart.triangles, 2.0).passed
    np.testing.assert_allclose(apart.points, touching, atol=0.0025)


def test_a_surface_whose_triangles_share_no_points_stays_as_it_is():
    loose = Mesh("Bone", (1, 1, 1), CORNERS[FACES].reshape(-1, 3), np.arange(12).reshape(4, 3))
    assert moved_apart(loose) is loose
    assert check_surface("Bone", loose.points, loose.triangles, None).passed


def test_an_empty_surface_does_not_pass():
    check = check_surface("Bone", np.zeros((0, 3)), np.zeros((0, 3), int), None)
    assert not check.passed and check.volume_ml == 0
