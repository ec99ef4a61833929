"""Telling want of memory from other errors."""

from __future__ import annotations

_WORDS = (
    "out of memory",  # CUDA, MPS
    "can't allocate memory",  # the CPU
    "not enough memory",  # the CPU on Windows
    "status_alloc_failed",  # cuBLAS, cuDNN
)
"""Of PyTorch, in small letters (c10/core/impl/alloc_cpu.cpp for the CPU)."""


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory ran out, on the computer or on its GPU.

    PyTorch has an exception of its own for CUDA; all else only says so in words.
    """
    words = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(one in words for one in _WORDS)
    )
