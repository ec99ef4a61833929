"""What a person who waits for a training wants to know."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any


class Progress:
    """Tells how a training goes, one line an epoch.

    Parameters
    ----------
    epochs
        How many the training has at most.
    done
        How many of them are over already.
    """

    def __init__(self, epochs: int, done: int) -> None:
        self._epochs = epochs
        self._done_before = done
        self._start = time.monotonic()

    def line(self, record: dict[str, Any], best: float, best_epoch: int) -> str:
        """Return the line of an epoch that has just ended.

        Parameters
        ----------
        record
            Of the epoch, as in the log.
        best, best_epoch
            The best mean Dice so far and its epoch.
        """
        epoch = record["epoch"]
        each = (time.monotonic() - self._start) / (epoch - self._done_before)
        left = timedelta(seconds=round(each * (self._epochs - epoch)))
        parts = [
            f"epoch {epoch} of {self._epochs}",
            f"loss {record['loss']:.3f}",
            *_dice_parts(record, best, best_epoch),
            f"{record['slices_per_second']:.1f} slices/s",
            f"{record['share_waiting']:.0%} waiting for samples",
            f"{left} left",
        ]
        return ", ".join(parts)


def _dice_parts(record: dict[str, Any], best: float, best_epoch: int) -> list[str]:
    dice = record.get("validation", {}).get("mean_dice")
    return [] if dice is None else [f"mean Dice {dice:.3f} (best {best:.3f}, epoch {best_epoch})"]
