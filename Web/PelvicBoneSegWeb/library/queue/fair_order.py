"""In which order waiting runs are served."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairOrder(Generic[Item]):
    """Users take turns; each user's own runs keep their order.

    Next is the user who was served longest ago, among equals the one who came first. So with n
    users, each has its turn after at most n − 1 runs of others, however many one of them asks for.
    A user's urgent runs, for which somebody sits and waits, go before the same user's others.
    """

    def __init__(self) -> None:
        # Users with waiting runs, next one first; and when each was last served.
        self._waiting: dict[str, tuple[deque[Item], deque[Item]]] = {}
        self._last_turn: dict[str, int] = {}
        self._turn = 0

    def __len__(self) -> int:
        return sum(self.count(user) for user in self._waiting)

    def count(self, user: str) -> int:
        """Return how many runs of a user wait."""
        return sum(map(len, self._waiting.get(user, ())))

    def add(self, user: str, item: Item, urgent: bool = False) -> None:
        """Put a run in line."""
        lines = self._waiting.setdefault(user, (deque(), deque()))
        lines[0 if urgent else 1].append(item)

    def take(self) -> Item:
        """Return the run whose turn it is, and take it out of line.

        Raises
        ------
        IndexError
            None waits.
        """
        if not self._waiting:
            raise IndexError("nothing waits")
        user = min(self._waiting, key=lambda one: self._last_turn.get(one, -1))
        urgent, others = self._waiting[user]
        item = (urgent or others).popleft()
        self._last_turn[user] = self._turn
        self._turn += 1
        self._forget_if_done(user)
        return item

    def discard(self, item: Item) -> bool:
        """Take a run out of line; tell whether it was there."""
        for user, lines in self._waiting.items():
            for line in lines:
                if item in line:
                    line.remove(item)
                    self._forget_if_done(user)
                    return True
        return False

    def in_order(self) -> Iterator[Item]:
        """Go through the waiting runs in the order in which they would be served."""
        copy: FairOrder[Item] = FairOrder()
        copy._waiting = {
            user: (deque(urgent), deque(others)) for user, (urgent, others) in self._waiting.items()
        }
        copy._last_turn, copy._turn = dict(self._last_turn), self._turn
        while copy._waiting:
            yield copy.take()

    def _forget_if_done(self, user: str) -> None:
        if not self.count(user):
            del self._waiting[user]
        # A server that runs for months sees many users; only the latest turns matter.
        while len(self._last_turn) > 1000 + len(self._waiting):
            del self._last_turn[min(self._last_turn, key=self._last_turn.__getitem__)]
