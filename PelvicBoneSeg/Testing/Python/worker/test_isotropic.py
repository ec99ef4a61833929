"""Requests for thin slices and for surfaces, there and back."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.isotropic import make_isotropic
from PelvicBoneSegLib.segmentation.surface import closed_surface, surface_arrays
from PelvicBoneSegLib.segmentation.volume import Volume
from PelvicBoneSegLib.worker.isotropic import isotropic_request
from PelvicBoneSegLib.worker.operations import OPERATIONS
from PelvicBoneSegLib.worker.protocol import Frame, FrameDecoder, encode
from PelvicBoneSegLib.worker.surface import surface_request


class Sure:
    def bone_probabilities(self, volume, progress=None, cancel=None):
        return np.full((len(BONES), *volume.voxels.shape), 200, np.uint8)


class Segmenters:
    def get(self, bundle, device):
        assert (bundle, device) == ("default", "cpu")
        return Sure()


class Silent:
    def progress(self, fraction, stage):
        pass


def answer(request):
    """Return what the request gets, with all bytes that go from process to process."""
    sent = _through_a_pipe(request.header, request.arrays)
    header, arrays = OPERATIONS[request.operation](
        sent.header, sent.arrays, Segmenters(), Silent(), lambda: False
    )
    back = _through_a_pipe(header, arrays)
    return request.read_answer(back.header, back.arrays)


def _through_a_pipe(header, arrays):
    (frame,) = FrameDecoder().feed(b"".join(map(bytes, encode(Frame(header, arrays)))))
    return frame


def test_thin_slices():
    voxels = np.arange(6 * 20 * 20, dtype=np.int16).reshape(6, 20, 20)
    volume = Volume(voxels, np.diag([1.0, 1.0, 5.0, 1.0]))
    labels = np.zeros(voxels.shape, np.uint8)
    labels[1:5, 4:16, 4:16] = 5
    found = answer(isotropic_request(volume, labels, 0.3, "default", "cpu"))
    expected = make_isotropic(Sure(), volume, labels, 0.3, lambda *done: None, lambda: False)
    assert (found.labels == expected.labels).all()
    assert (found.ijk_to_lps == expected.ijk_to_lps).all()
    assert found.volumes_ml == expected.volumes_ml
    assert (found.surfaces[5].points == expected.surfaces[5].points).all()


def test_a_surface():
    mask = np.zeros((9, 9, 9), bool)
    mask[2:7, 2:7, 2:7] = True
    matrix = np.diag([1.0, 2.0, 3.0, 1.0])
    found = answer(surface_request(mask, matrix, 0.5))
    expected = surface_arrays(closed_surface(mask, matrix, 0.5))
    assert all((a == b).all() for a, b in zip(found, expected, strict=True))
