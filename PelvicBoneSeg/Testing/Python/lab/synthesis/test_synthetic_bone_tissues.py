"""What a synthetic bone is made of."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLab.synthesis.bone_tissues import PARTS, bone_parts
from PelvicBoneSegLab.synthesis.tissue_map import GRID_MM, Kind

CORTEX, MARROW, RED_MARROW = 0, 1, 2


@pytest.fixture(scope="module")
def depth():
    """Depth in mm in a ball with a radius of 30 mm, negative outside."""
    axes = np.ogrid[:52, :52, :52]
    return 30 - GRID_MM * np.sqrt(sum((axis - 25.5) ** 2 for axis in axes))


def parts_of(depth, seed):
    return bone_parts(depth > 0, "hip_bone", np.random.default_rng(seed), shell_mm=3.0)


def test_cortex_surrounds_marrow_of_two_kinds(depth):
    for seed in range(12):
        parts = parts_of(depth, seed)
        np.testing.assert_array_equal(parts >= 0, depth > 0)
        assert (parts[(depth > 0) & (depth < 0.5)] == CORTEX).mean() > 0.95
        assert (parts[depth > 6] != CORTEX).all()
        found = {PARTS[part] for part in np.unique(parts[depth > 6])}
        assert found == {Kind.MARROW}
        assert {MARROW, RED_MARROW} <= set(np.unique(parts[depth > 6]))


def test_some_bones_have_a_margin_of_red_marrow_beneath_the_cortex(depth):
    shares = []
    for seed in range(24):
        parts = parts_of(depth, seed)
        beneath = (depth > 3.5) & (depth < 5) & (parts != CORTEX)
        shares.append((parts[beneath] == RED_MARROW).mean())
    assert sum(share > 0.9 for share in shares) >= 4
    assert sum(share < 0.6 for share in shares) >= 4


def test_marrow_is_mottled_more_in_some_bones_than_in_others(depth):
    borders = [
        np.count_nonzero(np.diff((parts_of(depth, seed) == RED_MARROW).astype(int)))
        for seed in range(12)
    ]
    assert max(borders) > 2 * min(borders)
