"""Standard error kept, whoever asks for it at the same time."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

from PelvicBoneSegLib.segmentation.native_stderr import captured_native_stderr


def test_threads_at_the_same_time_each_have_their_own_and_give_it_back():
    before = os.fstat(2)

    def capture(text):
        with captured_native_stderr() as printed:
            os.write(2, text.encode())
            time.sleep(0.02)  # long enough for the others to come in between, if they could
            return printed()

    texts = [f"thread {number}" for number in range(4)]
    with ThreadPoolExecutor(len(texts)) as threads:
        assert list(threads.map(capture, texts)) == texts
    after = os.fstat(2)
    assert (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino)


def test_one_within_another_is_possible():
    with captured_native_stderr() as outer:
        with captured_native_stderr() as inner:
            os.write(2, b"inside")
            assert inner() == "inside"
        os.write(2, b"outside")
        assert outer() == "outside"
