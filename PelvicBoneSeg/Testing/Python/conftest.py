"""What tests of several folders share: a scan of known bones, and a run that found them."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.volume import Volume
from scene.phantom import ThresholdSegmenter, grid, intensities

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
CORONAL = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])
"""Columns i, j, k in RAS: to the left, down, to the back."""


@pytest.fixture(autouse=True)
def no_bundles_of_the_user(tmp_path, monkeypatch):
    """Whoever runs the tests may have bundles installed: they are none of the tests' business."""
    monkeypatch.setenv("PELVICBONESEG_BUNDLES", str(tmp_path / "bundles of the user"))


@pytest.fixture
def make_volume():
    """Put the phantom on a grid; the columns of `directions` are i, j, k in RAS."""

    def make(directions=CORONAL, spacing=(2.0, 2.4, 4.0)):
        world = grid(directions, spacing)
        voxels = intensities(world.ijk_to_ras, world.dimensions[::-1])
        return Volume(voxels, LPS_TO_RAS @ world.ijk_to_ras)

    return make


@pytest.fixture
def a_volume(make_volume):
    return make_volume()


@pytest.fixture
def run_on():
    """Segment a volume of the phantom."""

    def run(volume, bones=BONES, side="both", missing=()):
        return ThresholdSegmenter(missing=tuple(missing)).segment(volume, bones, side)

    return run


@pytest.fixture
def run(monkeypatch, capfd):
    """Run the command line; return exit code, standard output and standard error."""
    from PelvicBoneSegLib import cli

    def run_with(*arguments):
        monkeypatch.setattr(sys, "argv", ["pelvicboneseg", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return left.value.code, *capfd.readouterr()

    return run_with
