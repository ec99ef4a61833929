"""A result that is kept for later."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.errors import UnreadableImageError
from PelvicBoneSegLib.worker.result_file import read_result_file, write_result_file
from PelvicBoneSegLib.worker.segmentation import write_result


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.result.gz"


def test_it_is_the_same_afterwards(a_volume, run_on, path):
    result = run_on(a_volume)
    write_result_file(path, result)
    (header, arrays), (header_again, arrays_again) = map(
        write_result, (result, read_result_file(path))
    )
    assert header_again == header
    assert list(arrays_again) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(arrays_again[name], array)


@pytest.mark.parametrize("keep", [0, 5, 200, -20])
def test_a_damaged_file_is_named(a_volume, run_on, path, keep):
    write_result_file(path, run_on(a_volume))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UnreadableImageError, match="a.result.gz"):
        read_result_file(path)
