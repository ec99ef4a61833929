from __future__ import annotations

import sys

import numpy as np
import pytest
import SimpleITK as sitk

from lab.phantom_subject import ellipsoid_subject
from PelvicBoneSegLab.phantom import make_training_pack, shapes
from PelvicBoneSegLab.phantom.appearance import Look
from PelvicBoneSegLab.phantom.grid import CORONAL, Grid, rotation
from PelvicBoneSegLab.phantom.make_sample import SAMPLE_SEED
from PelvicBoneSegLab.phantom.phantom import Phantom, make_phantom, save


@pytest.fixture(scope="module")
def an_oblique_grid() -> Grid:
    tilt = rotation((6, 2, -4)) @ CORONAL
    return Grid.centred((24, 80, 104), (4.5, 4.5, 8.0), tilt, np.array([0, 10, 10.0]))


def scanned(grid: Grid, seed: int) -> Phantom:
    return make_phantom(ellipsoid_subject(), grid, Look.typical(), np.random.default_rng(seed))


@pytest.fixture(scope="module")
def a_phantom(an_oblique_grid) -> Phantom:
    return scanned(an_oblique_grid, 11)


def test_same_seed_makes_the_same_phantom(a_phantom, an_oblique_grid):
    again = scanned(an_oblique_grid, 11)
    np.testing.assert_array_equal(a_phantom.image, again.image)
    np.testing.assert_array_equal(a_phantom.labels, again.labels)
    assert not np.array_equal(a_phantom.image, scanned(an_oblique_grid, 12).image)


def test_phantom_has_all_bones_on_their_sides_with_the_volume_of_their_meshes(a_phantom):
    assert set(np.unique(a_phantom.labels)) == set(range(7))
    xyz = a_phantom.grid.coordinates()
    voxel_ml = a_phantom.grid.spacing.prod() / 1000
    sacrum = (a_phantom.labels == 5).sum() * voxel_ml
    subject = ellipsoid_subject()
    taken_by_hip_bones = 0.03
    assert sacrum == pytest.approx(subject["sacrum"].volume_ml(), rel=0.04 + taken_by_hip_bones)
    for left, right in ((1, 2), (3, 4)):
        assert xyz[0][a_phantom.labels == left].min() > xyz[0][a_phantom.labels == right].max()


def test_bones_lie_inside_a_body_with_air_around_it(a_phantom):
    assert np.median(a_phantom.image[a_phantom.labels > 0]) > 0.3
    corner = a_phantom.image[:, -5:, :3]
    assert corner.mean() < 0.1


def test_saved_files_keep_voxels_and_geometry(a_phantom, tmp_path):
    path = tmp_path / "labels" / "phantom.nii.gz"
    save(a_phantom.labels, a_phantom.grid, path)
    image = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), a_phantom.labels)
    for index in ((0, 0, 0), (103, 0, 3), (10, 79, 23)):
        np.testing.assert_allclose(
            image.TransformIndexToPhysicalPoint(index),
            a_phantom.grid.affine[:3] @ (*index, 1),
            atol=1e-3,
        )
    assert [file.name for file in path.parent.iterdir()] == ["phantom.nii.gz"]


def test_training_pack_refuses_the_sample_seed(monkeypatch, capsys, tmp_path):
    seed = str(SAMPLE_SEED - 1)
    command = ["pack", "--seed", seed, "--count", "2", "--output", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as stopped:
        make_training_pack.main()
    assert stopped.value.code == 2
    assert f"seed {SAMPLE_SEED} is the embedded sample's" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_training_grids_are_coronal_and_about_as_fine_as_real_scans():
    for seed in range(10):
        grid = make_training_pack.drawn_grid(np.random.default_rng(seed))
        assert grid.spacing[0] == pytest.approx(grid.spacing[1])
        assert 0.8 <= grid.spacing[0] <= 1.2
        assert 4 <= grid.spacing[2] <= 6
        assert grid.direction[1, 2] > 0.95


def test_missing_shape_environment_is_one_line_that_says_what_to_do(tmp_path):
    with pytest.raises(shapes.ShapeModelError, match=r"No Python at .*README\.md") as error:
        shapes.evaluate(tmp_path / "python", [1])
    assert "\n" not in str(error.value)


def test_failing_shape_model_is_one_line_with_the_cause():
    with pytest.raises(shapes.ShapeModelError, match="musculoskeletal") as error:
        shapes.evaluate(sys.executable, [1])
    assert "\n" not in str(error.value)


def test_shapes_are_read_as_they_were_written(tmp_path):
    subject = ellipsoid_subject()
    arrays = {"seeds": np.array([1, 2])}
    for bone, mesh in subject.items():
        arrays[f"{bone}_points"] = np.stack([mesh.points, mesh.points + 1])
        arrays[f"{bone}_triangles"] = mesh.triangles
    np.savez(tmp_path / "shapes.npz", **arrays)
    first, second = shapes.read(tmp_path / "shapes.npz")
    assert set(first) == set(subject)
    np.testing.assert_allclose(second["sacrum"].points - first["sacrum"].points, 1)
    np.testing.assert_array_equal(first["sacrum"].triangles, subject["sacrum"].triangles)
