"""``python -m PelvicBoneSegWeb.viewer``, started by `app.viewer_process`.

It waits for a frame ``open``, shows that scan, and answers ``listening`` with its port. From then
on it asks for runs and hears of them, and hands over what is to be saved. It ends when it hears
nothing more, and saves before.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import signal
import sys
from pathlib import Path

from trame.app import get_server

from .application import ViewerApplication
from .channel import Channel
from .scan import StoredSegmentation

_LOG = logging.getLogger(__name__)


async def serve() -> None:
    """Be one session's process."""
    channel = await Channel.to_parent()
    server = get_server(client_type="vue3")
    viewer = ViewerApplication(server, channel)
    order = await channel.receive()
    if order is None:
        return
    header = order.header
    files = ("segmentation", "attributes", "result")
    stored = StoredSegmentation(*(Path(header[one]) if header[one] else None for one in files))
    viewer.open(Path(header["scan"]), header["name"], stored, header["key"])
    server.controller.on_server_ready.add(
        lambda **_: channel.send({"kind": "listening", "port": server.port})
    )
    running = asyncio.ensure_future(
        server.start(
            host="127.0.0.1",
            port=0,
            exec_mode="coroutine",
            timeout=0,
            open_browser=False,
            show_connection_info=False,
        )
    )
    while (frame := await channel.receive()) is not None:
        try:
            await viewer.take(frame)
        except Exception:  # of one message: what is not saved is worth more
            _LOG.exception("a message of the server could not be followed")
    await viewer.saving.finish()
    running.cancel()


def main() -> None:
    """Start."""
    faulthandler.enable()  # the log says where, should C++ end the process
    # A terminal or systemd tells all processes of a server to stop. The front does it one by one,
    # so that what is not saved finds somebody who stores it.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    del sys.argv[1:]  # trame reads them too
    asyncio.run(serve())


if __name__ == "__main__":
    main()
