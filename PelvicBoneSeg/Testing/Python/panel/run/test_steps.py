"""Work between the turns of the event loop."""

from __future__ import annotations

import pytest

from PelvicBoneSegLib.panel.run.steps import Steps


@pytest.fixture
def steps(qtbot):
    steps = Steps()
    yield steps
    steps.shut_down()


@pytest.fixture
def ends():
    """What was called at the end, and with what."""
    return []


@pytest.fixture
def start(steps, ends):
    def start(work):
        steps.start(
            work,
            lambda result: ends.append(("finished", result)),
            lambda error: ends.append(("failed", error)),
        )

    return start


def test_the_window_answers_between_the_steps(qtbot, steps, start, ends):
    import qt

    seen = []

    def work():
        for step in range(3):
            qt.QTimer.singleShot(0, lambda step=step: seen.append(f"click {step}"))
            seen.append(f"step {step}")
            yield
        return "bones"

    start(work())
    assert steps.busy and seen == []
    qtbot.waitUntil(lambda: not steps.busy)
    assert seen[:4] == ["step 0", "click 0", "step 1", "click 1"]
    assert ends == [("finished", "bones")]


def test_an_error_is_handed_over_once(qtbot, steps, start, ends):
    error = MemoryError()

    def work():
        yield
        raise error

    start(work())
    qtbot.waitUntil(lambda: not steps.busy)
    qtbot.wait(20)
    assert ends == [("failed", error)]


def test_stopped_work_is_closed_and_nothing_is_called(qtbot, steps, start, ends):
    closed = []

    def work():
        try:
            while True:
                yield
        finally:
            closed.append(True)

    start(work())
    qtbot.wait(20)
    steps.stop()
    assert closed == [True] and not steps.busy
    qtbot.wait(20)
    assert ends == []


def test_the_end_may_start_the_next_work(qtbot, steps, ends):
    def work(result):
        yield
        return result

    def again(result):
        ends.append(result)
        if result < 3:
            steps.start(work(result + 1), again, ends.append)

    steps.start(work(1), again, ends.append)
    qtbot.waitUntil(lambda: not steps.busy)
    assert ends == [1, 2, 3]
