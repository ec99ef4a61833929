"""An exception comes out of the other process as the class that it was."""

from __future__ import annotations

import json

import numpy as np
import pytest

from PelvicBoneSegLib.errors import (
    BundleError,
    BundleNotFoundError,
    Cancelled,
    OutOfMemoryError,
    PelvicBoneSegError,
    UnknownBoneError,
    WorkerFailedError,
    WorkerProtocolError,
)
from PelvicBoneSegLib.worker.failure import describe_error, restore_error


def sent(error: Exception) -> Exception:
    return restore_error(json.loads(json.dumps(describe_error(error))))


@pytest.mark.parametrize(
    "error",
    [BundleNotFoundError("mine", ["default"]), UnknownBoneError("skull", ["femur"]), Cancelled()],
)
def test_our_errors_keep_class_and_message(error):
    other_side = sent(error)
    assert type(other_side) is type(error)
    assert str(other_side) == str(error)
    assert other_side.exit_code == error.exit_code


def test_a_caller_may_catch_the_base_class():
    with pytest.raises(BundleError, match="no complete model bundle mine"):
        raise sent(BundleNotFoundError("mine", []))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 12 GiB"),
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("[enforce fail] data. DefaultCPUAllocator: not enough memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        OutOfMemoryError(),
        np._core._exceptions._ArrayMemoryError((10**9,), np.dtype(float)),
    ],
)
def test_want_of_memory_has_many_names_there_and_one_here(error):
    other_side = sent(error)
    assert type(other_side) is OutOfMemoryError
    assert str(other_side) == str(OutOfMemoryError())


def test_the_unforeseen_is_told_with_the_place_in_the_code():
    def a_broken_function():
        raise ValueError("shape mismatch")

    try:
        a_broken_function()
    except ValueError as error:
        other_side = sent(error)
    assert isinstance(other_side, WorkerFailedError)
    assert "ValueError: shape mismatch" in str(other_side)
    assert "a_broken_function" in other_side.details


def test_an_answer_that_cannot_be_sent_is_told_with_the_place_in_the_code():
    other_side = sent(WorkerProtocolError("an array of object"))
    assert type(other_side) is WorkerProtocolError
    assert str(other_side) == str(WorkerProtocolError("an array of object"))
    assert other_side.details.startswith("PelvicBoneSegLib.errors.worker.WorkerProtocolError")


def test_a_class_that_nobody_knows_is_not_made_up():
    header = {"class": "SystemExit", "message": "bye", "trace": ""}
    assert isinstance(restore_error(header), WorkerFailedError)
    assert isinstance(restore_error(header), PelvicBoneSegError)
