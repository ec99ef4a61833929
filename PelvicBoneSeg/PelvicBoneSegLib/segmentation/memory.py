"""Telling want of memory from other errors."""

from __future__ import annotations


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory ran out, on the computer or on its GPU.

    PyTorch has an exception of its own for CUDA; MPS and the CPU allocator only say so in words.
    """
    words = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError)
        and ("out of memory" in words or "can't allocate memory" in words)
    )
