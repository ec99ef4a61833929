"""Images as NRRD: nothing of the geometry is lost, and no word is added."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.segmentation.label_files import write_nrrd
from PelvicBoneSegLib.segmentation.reader import read_volume

SKEWED = np.array(
    [[0.9, 0.0, 0.3, -50.0], [0.0, -1.1, 0.2, 40.0], [0.1, 0.0, 5.2, 7.5], [0.0, 0.0, 0.0, 1.0]]
)
LEFT_HANDED = np.diag([-1.0, 1.0, 4.0, 1.0])


@pytest.mark.parametrize("matrix", [SKEWED, LEFT_HANDED])
@pytest.mark.parametrize("dtype", ["<i2", "u1", "<f4", "<f8"])
def test_voxels_and_any_geometry_come_back(tmp_path, matrix, dtype):
    voxels = np.arange(4 * 20 * 30).reshape(4, 20, 30).astype(dtype)
    write_nrrd(tmp_path / "scan.nrrd", voxels, matrix)
    again = read_volume(tmp_path / "scan.nrrd")
    assert again.voxels.dtype == voxels.dtype
    assert np.array_equal(again.voxels, voxels)
    assert np.allclose(again.ijk_to_lps, matrix, atol=1e-9)
