"""The child process itself: what it answers, and when it goes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.errors import BundleDigestError, BundleNotFoundError, Cancelled
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.segmenter import Segmenter
from PelvicBoneSegLib.worker.failure import restore_error
from PelvicBoneSegLib.worker.request import Request
from PelvicBoneSegLib.worker.segmentation import segment_request, warm_request
from segmentation.small_bundle import write_small_bundle
from worker.child import Child

A_CHILD = """
import os, sys, time
from PelvicBoneSegLib.errors import Cancelled
from PelvicBoneSegLib.worker.server import main

def noisy(header, arrays, segmenters, report, cancel):
    print("printed by Python")
    os.write(1, b"printed past Python")
    sys.stdout.flush()
    return {"read": len(sys.stdin.read())}, arrays

def endless(header, arrays, segmenters, report, cancel):
    report.progress(0.0, "busy")
    while not cancel():
        time.sleep(0.01)
    raise Cancelled

def pid(header, arrays, segmenters, report, cancel):
    assert "torch" not in sys.modules
    return {"pid": os.getpid()}, {}

main({"noisy": noisy, "endless": endless, "pid": pid})
"""


@pytest.fixture
def start():
    children = []

    def start(*arguments):
        children.append(Child(*arguments))
        return children[-1]

    yield start
    for child in children:
        child.process.kill()
        child.process.wait()
        for pipe in (child.process.stdin, child.process.stdout, child.process.stderr):
            pipe.close()


@pytest.fixture
def a_child(start):
    return start("-c", A_CHILD)


def test_what_libraries_print_does_not_get_between_the_frames(a_child):
    array = np.arange(5)
    a_child.ask(1, Request("noisy", {}, {"a": array}))
    answer = a_child.next()
    assert answer.header == {"kind": "finished", "run": 1, "answer": {"read": 0}}
    assert (answer.arrays["a"] == array).all()
    code, printed = a_child.end()
    assert code == 0
    assert "printed by Python" in printed
    assert "printed past Python" in printed


def test_the_child_goes_with_its_parent_also_in_the_middle_of_a_run(a_child):
    a_child.ask(1, Request("endless", {}))
    assert a_child.next().header["stage"] == "busy"
    assert a_child.end()[0] == 0


def test_cancel_is_heard_in_a_run_and_before_it(a_child):
    a_child.ask(1, Request("endless", {}))
    a_child.ask(2, Request("endless", {}))
    assert a_child.next().header["run"] == 1
    a_child.send({"kind": "cancel", "run": 2})
    a_child.send({"kind": "cancel", "run": 1})
    for run in (1, 2):
        end = a_child.next().header
        assert (end["run"], end["kind"]) == (run, "failed")
        assert isinstance(restore_error(end), Cancelled)


def test_an_operation_that_is_not_there_is_an_error_like_any_other(a_child):
    a_child.ask(4, Request("make coffee", {}))
    assert "make coffee" in str(restore_error(a_child.next().header))
    a_child.ask(5, Request("pid", {}))
    assert a_child.next().header["answer"] == {"pid": a_child.process.pid}


def test_bytes_that_are_no_frame_end_the_child_with_the_reason(a_child):
    a_child.write(b"GET / HTTP/1.1\r\n")
    code, printed = a_child.end()
    assert code == 1
    assert "a message begins with b'GET '" in printed


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has oom_score_adj")
def test_linux_takes_the_child_first_when_memory_runs_out(a_child):
    a_child.ask(1, Request("pid", {}))
    a_child.next()
    assert Path(f"/proc/{a_child.process.pid}/oom_score_adj").read_text() == "1000\n"
    assert Path("/proc/self/oom_score_adj").read_text() != "1000\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other priorities")
def test_the_window_is_served_before_the_child(a_child):
    a_child.ask(1, Request("pid", {}))
    a_child.next()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, a_child.process.pid) == min(own + 5, 19)


@pytest.fixture
def a_bundle(tmp_path):
    return write_small_bundle(tmp_path / "small")


@pytest.fixture
def a_real_child(start):
    return start("-m", "PelvicBoneSegLib.worker")


def test_the_child_segments_as_the_library_does(a_real_child, a_bundle, a_volume):
    request = segment_request(a_volume, BONES, "both", a_bundle, "cpu", 0.5)
    a_real_child.ask(7, request)
    *reports, end = a_real_child.until_end()
    result = request.read_answer(end.header["answer"], end.arrays)
    previews = []
    expected = Segmenter(Bundle.load(a_bundle), "cpu").segment(
        a_volume, BONES, preview=lambda *what: previews.append(what), smoothing=0.5
    )

    assert result.labels.any()
    assert (result.labels == expected.labels).all()
    assert result.segments == expected.segments
    np.testing.assert_array_equal(result.slice_confidence, expected.slice_confidence)
    assert list(result.surfaces) == list(expected.surfaces)
    shown = [frame for frame in reports if frame.header["kind"] == "preview"]
    assert len(shown) == len(previews) > 1
    for frame, (axis, start, block) in zip(shown, previews, strict=True):
        assert (frame.header["axis"], frame.header["start"]) == (axis, start)
        assert (frame.arrays["block"] == block).all()


def test_a_bundle_that_changes_or_goes_is_noticed_though_its_network_is_warm(
    a_real_child, a_bundle
):
    def warm():
        a_real_child.ask(1, warm_request(a_bundle, "cpu"))
        return a_real_child.next().header

    assert warm()["kind"] == "finished"
    assert warm()["kind"] == "finished"
    weights = a_bundle / "weights.safetensors"
    weights.write_bytes(weights.read_bytes() + b"x")
    os.utime(weights, (0, 0))
    assert isinstance(restore_error(warm()), BundleDigestError)
    shutil.rmtree(a_bundle)
    assert isinstance(restore_error(warm()), BundleNotFoundError)
