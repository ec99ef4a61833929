"""Every message of a browser passes here before trame sees it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web
from trame_server import Server
from wslink.chunking import UnChunker
from wslink.protocol import WslinkHandler

from .events import is_event
from .rules import StateRules
from .values import is_argument, is_finite

MAX_MESSAGE_BYTES = 2**20
"""The page's own messages have some hundred."""

MAX_PENDING = 8
"""Messages that have come in part."""

MAX_VIEW_PIXELS = 2**24
MAX_VIEW_SIDE = 2**13
"""Of a view. A screen of 4K has half of either."""

LIFE_CYCLE = ("client_connected", "client_unmounted", "client_exited")

_MOST_ARGUMENTS = 4
_MOST_LOGGED = 500


class RefusedMessageError(ValueError):
    """A message that the page does not send."""


class MessageGuard:
    """Lets through what the page sends.

    Parameters
    ----------
    server
        trame's.
    rules
        Of the page's variables.
    hear
        Told the kind of each event in a view, before it is handled.
    """

    def __init__(self, server: Server, rules: StateRules, hear: Callable[[str], None]) -> None:
        self._hear = hear
        self._server = server
        self._rules = rules
        self._checks: Mapping[str, Callable[..., tuple[Any, ...]]] = {
            "trame.state.get": self._nothing,
            "trame.state.update": self._changes,
            "trame.trigger": self._trigger,
            "trame.lifecycle.update": self._life_cycle,
            "trame.error.client": self._error,
            "trame.rca.size": self._size,
            "trame.rca.event": self._event,
        }

    def stand_before(self, handler: WslinkHandler) -> None:
        """Check all that this handler of WebSockets is told from now on."""
        handler.functionMap = {
            name: (receiver, self._checked(method, self._checks[name]))
            for name, (receiver, method) in handler.functionMap.items()
            if name in self._checks
        }
        greet = handler.onConnect

        async def greet_with_limits(request: web.Request, client_id: str) -> None:
            await greet(request, client_id)
            handler.unchunkers[client_id] = _SmallUnChunker()

        handler.onConnect = greet_with_limits

    @staticmethod
    def _checked(method: Callable[..., Any], check: Callable[..., tuple[Any, ...]]) -> Any:
        def call(receiver: Any, *arguments: Any) -> Any:
            return method(receiver, *check(*arguments))

        return call

    @staticmethod
    def _nothing() -> tuple[Any, ...]:
        return ()

    def _changes(self, changes: Any) -> tuple[Any, ...]:
        allowed = [one for one in changes if self._rules.allow(one["key"], one.get("value"))]
        refused = [one["key"] for one in changes if one not in allowed]
        self._show_again([key for key in refused if self._server.state.has(key)])
        return (allowed,)

    def _show_again(self, keys: Sequence[str]) -> None:
        """Tell the page what holds in place of what it said."""
        protocol = self._server.protocol
        protocol.clear_state_client_cache(*keys)
        protocol.push_state_change({key: self._server.state[key] for key in keys})

    @staticmethod
    def _trigger(name: Any, arguments: Any, named: Any) -> tuple[Any, ...]:
        plain = (
            isinstance(name, str)
            and isinstance(arguments, list)
            and len(arguments) <= _MOST_ARGUMENTS
            and all(is_argument(one) for one in arguments)
        )
        if not plain or named:
            raise RefusedMessageError("arguments")
        return name, arguments, {}

    @staticmethod
    def _life_cycle(name: Any) -> tuple[Any, ...]:
        if name not in LIFE_CYCLE:
            raise RefusedMessageError("a moment of life")
        return (name,)

    @staticmethod
    def _error(message: Any) -> tuple[Any, ...]:
        # It is going into the log, where a line of it must not look like one of ours.
        return (repr(message)[:_MOST_LOGGED],)

    @staticmethod
    def _size(area: Any, origin: Any, size: Any) -> tuple[Any, ...]:
        numbers = width, height, ratio = [size.get(one, 1) for one in ("w", "h", "p")]
        if not all(is_finite(one) for one in numbers):
            raise RefusedMessageError("a size")
        sides = width * ratio, height * ratio
        if min(numbers) < 0 or max(sides) > MAX_VIEW_SIDE or math.prod(sides) > MAX_VIEW_PIXELS:
            raise RefusedMessageError("a size")
        return area, origin, {"w": width, "h": height, "p": ratio}

    def _event(self, area: Any, origin: Any, event: Any) -> tuple[Any, ...]:
        if not is_event(event):
            raise RefusedMessageError("an event")
        self._hear(event["type"])
        return area, origin, event


class _SmallUnChunker(UnChunker):
    """wslink's own would reserve 4 GB on a word."""

    def set_max_message_size(self, size: int) -> None:
        super().set_max_message_size(min(size, MAX_MESSAGE_BYTES))

    def process_chunk(self, chunk: bytes) -> bytes | None:
        if len(self.pending_messages) > MAX_PENDING:
            raise RefusedMessageError("too many messages that have come in part")
        return super().process_chunk(chunk)
