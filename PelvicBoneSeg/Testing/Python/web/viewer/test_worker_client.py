"""What a viewer says to the front, and hears."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.errors import Cancelled, ConstantImageError
from PelvicBoneSegLib.worker.failure import describe_error
from PelvicBoneSegLib.worker.messages import Failed, Finished, Preview, Progress, RunningOn
from PelvicBoneSegLib.worker.protocol import Frame
from PelvicBoneSegLib.worker.request import Request
from PelvicBoneSegWeb.viewer.worker_client import Waiting, WorkerClient

BLOCK = np.zeros((1, 2, 3), np.uint8)


class AChannel:
    def __init__(self):
        self.sent = []

    def send(self, header, arrays=None):
        self.sent.append((dict(header), dict(arrays or {})))


@pytest.fixture
def channel():
    return AChannel()


@pytest.fixture
def client(channel):
    return WorkerClient(channel)


def a_request():
    return Request("segment", {"bones": ["femur"]}, {}, lambda header, arrays: header["found"])


def heard(client, *headers, arrays=None):
    messages = []
    client.start(a_request(), messages.append)
    for header in headers:
        client.take(Frame({"run": 1, **header}, arrays or {}))
    return messages


def test_a_run_is_asked_for(client, channel):
    client.start(a_request(), print)
    wanted = {"kind": "request", "run": 1, "operation": "segment"}
    assert channel.sent == [({**wanted, "arguments": {"bones": ["femur"]}}, {})]
    assert client.running


def test_all_that_is_heard_of_a_run(client):
    waiting, progress, device, preview, finished = heard(
        client,
        {"kind": "waiting", "ahead": 2},
        {"kind": "progress", "fraction": 0.5, "stage": "Segmenting"},
        {"kind": "device", "device": "cpu"},
        {"kind": "preview", "axis": 0, "start": 4},
        {"kind": "finished", "answer": {"found": "a femur"}},
        arrays={"block": BLOCK},
    )
    assert (waiting, progress) == (Waiting(2), Progress(0.5, "Segmenting"))
    assert device == RunningOn("cpu")
    assert isinstance(preview, Preview) and (preview.axis, preview.start) == (0, 4)
    assert isinstance(finished, Finished) and finished.result == "a femur"
    assert not client.running


@pytest.mark.parametrize("error", [Cancelled(), ConstantImageError(3.0)])
def test_an_error_keeps_its_class_and_its_message(client, error):
    (failed,) = heard(client, {"kind": "failed", **describe_error(error)})
    assert isinstance(failed, Failed)
    assert (type(failed.error), failed.error.message) == (type(error), error.message)


def test_an_answer_that_cannot_be_read_ends_the_run(client):
    (failed,) = heard(client, {"kind": "finished", "answer": {}})
    assert isinstance(failed, Failed) and isinstance(failed.error, KeyError)
    assert not client.running


def test_what_comes_of_another_run_is_not_heard(client):
    assert heard(client, {"kind": "progress", "run": 7, "fraction": 0.1, "stage": ""}) == []


def test_cancelling_names_the_run(client, channel):
    client.cancel()
    assert channel.sent == []
    client.start(a_request(), print)
    client.cancel()
    assert channel.sent[-1] == ({"kind": "cancel", "run": 1}, {})
    assert client.running


def test_two_runs_at_once_are_refused(client):
    client.start(a_request(), print)
    with pytest.raises(RuntimeError):
        client.start(a_request(), print)
