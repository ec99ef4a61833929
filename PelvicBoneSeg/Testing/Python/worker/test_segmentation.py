"""A request and its answer, through bytes and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.result import BoneSurface
from PelvicBoneSegLib.worker.protocol import Frame, FrameDecoder, encode
from PelvicBoneSegLib.worker.segmentation import (
    read_result,
    requested_volume,
    segment_request,
    write_result,
)


def through_bytes(header, arrays):
    stream = b"".join(encode(Frame({"content": header}, arrays)))
    (frame,) = FrameDecoder().feed(stream)
    return frame.header["content"], frame.arrays


def test_a_request_carries_the_scan_and_the_choice(a_volume, tmp_path):
    request = segment_request(a_volume, ("femur", "sacrum"), "left", tmp_path, "cpu", 0.25)
    header, arrays = through_bytes(request.header, request.arrays)
    volume = requested_volume(arrays)
    assert request.operation == "segment"
    assert (volume.voxels == a_volume.voxels).all()
    assert volume.voxels.dtype == a_volume.voxels.dtype
    assert (volume.ijk_to_lps == a_volume.ijk_to_lps).all()
    assert header == {
        "bones": ["femur", "sacrum"],
        "side": "left",
        "bundle": str(tmp_path),
        "device": "cpu",
        "smoothing": 0.25,
    }


def test_a_result_is_the_same_on_the_other_side(a_volume, run_on):
    result = run_on(a_volume, BONES, missing=["sacrum"])
    by_slice = np.linspace(0, 1, len(result.labels))
    by_slice[3] = np.nan
    surface = BoneSurface(
        np.random.default_rng(0).random((4, 3), np.float32),
        np.array([[0, 1, 2], [1, 2, 3]], np.int32),
        np.ones((4, 3), np.float32),
    )
    result = replace(
        result,
        segments=tuple(replace(one, slice_confidence=by_slice) for one in result.segments),
        slice_confidence=by_slice,
        slice_axis=1,
        timings={"engine": 1.5},
        surfaces={2: surface, 6: surface},
    )

    other = read_result(*through_bytes(*write_result(result)))

    assert (other.labels == result.labels).all()
    assert other.segments == result.segments
    for one in other.segments:
        np.testing.assert_array_equal(one.slice_confidence, by_slice)
    np.testing.assert_array_equal(other.slice_confidence, by_slice)
    assert (other.slice_axis, other.device, other.precision) == (1, "cpu", "float32")
    assert other.bundle == result.bundle
    assert other.warnings == result.warnings == ("Sacrum: not found.",)
    assert other.timings == {"engine": 1.5}
    assert list(other.surfaces) == [2, 6]
    for array, expected in zip(other.surfaces[6], surface, strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("path", ["default", "C:/bundles/mine"])
def test_a_bundle_is_named_or_is_a_folder(a_volume, path):
    assert segment_request(a_volume, ["femur"], "both", path).header["bundle"] == path
