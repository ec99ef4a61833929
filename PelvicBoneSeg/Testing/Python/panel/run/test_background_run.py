"""Work in another thread: in order, whole, and heard of by messages alone."""

from __future__ import annotations

from threading import get_ident

import pytest

from PelvicBoneSegLib.panel.run.background_run import BackgroundRun, Failed, Finished, Progress

WAIT_S = 10


def all_messages(run: BackgroundRun) -> list:
    messages = []
    while not messages or isinstance(messages[-1], Progress):
        received = run.receive(WAIT_S)
        assert received, "the run never ended"
        messages += received
    return messages


def test_messages_come_in_order_and_the_result_last():
    def work(progress, cancel):
        progress(0.0, "Finding bones")
        progress(0.9, "Cleaning up")
        return "bones"

    *progress, end = all_messages(BackgroundRun(work))
    assert progress == [Progress(0.0, "Finding bones"), Progress(0.9, "Cleaning up")]
    assert isinstance(end, Finished) and end.result == "bones"


def test_the_work_is_done_in_another_thread():
    (end,) = all_messages(BackgroundRun(lambda progress, cancel: get_ident()))
    assert end.result != get_ident()


def test_an_exception_arrives_whole():
    def work(progress, cancel):
        raise OSError("disk full")

    (end,) = all_messages(BackgroundRun(work))
    assert isinstance(end, Failed)
    assert isinstance(end.error, OSError) and str(end.error) == "disk full"
    assert end.error.__traceback__ is not None


def test_cancel_reaches_the_work():
    def work(progress, cancel):
        for _ in range(WAIT_S * 1000):
            if cancel():
                return "stopped"
            progress(0.5, "busy")
        return "never asked"

    run = BackgroundRun(work)
    assert not run.cancelled
    run.cancel()
    assert run.cancelled
    assert all_messages(run)[-1].result == "stopped"
    assert run.wait(WAIT_S)


def test_what_the_work_holds_is_let_go_of_in_the_main_thread():
    deleted_in = []

    class Node:
        def __del__(self):
            deleted_in.append(get_ident())

        def work(self, progress, cancel):
            return None

    run = BackgroundRun(Node().work)
    assert deleted_in == []
    all_messages(run)
    assert deleted_in == [get_ident()]


@pytest.mark.parametrize("seconds", [0.001, 0.01])
def test_nothing_to_hear_is_an_empty_list(seconds):
    run = BackgroundRun(lambda progress, cancel: None)
    all_messages(run)
    assert run.receive(seconds) == []
