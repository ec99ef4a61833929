"""The viewer put together."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

from aiohttp import web
from trame_server import Server
from trame_slicer import module as trame_slicer_module
from trame_slicer.core import SlicerApp
from trame_slicer.rca_view import register_rca_factories

from PelvicBoneSegLib.errors import PelvicBoneSegError

from . import page_files
from .application_key import KEY_HEADER
from .channel import Channel
from .display.logic import DisplayLogic
from .download.routes import DownloadRoutes
from .edit.logic import EditLogic
from .keys import add_keys
from .measure.logic import MeasureLogic
from .page import Page
from .scan import load_scan, load_segmentation
from .segment.logic import SegmentLogic
from .session import Session
from .worker_client import WorkerClient


class ViewerApplication:
    """One session.

    Parameters
    ----------
    server
        trame's, not started yet.
    channel
        To the front.
    """

    def __init__(self, server: Server, channel: Channel) -> None:
        server.enable_module(trame_slicer_module)
        server.enable_module(page_files)
        self._server = server
        self._key = ""
        self.worker = WorkerClient(channel)
        slicer_app = SlicerApp()
        register_rca_factories(slicer_app.view_manager, server)
        self._session = Session(slicer_app, self.worker)
        self._session.segmentation_changed.connect(self._follow_segmentation)
        state = server.state
        state.trame__title = "PelvicBoneSeg"
        state.scan_name, state.problem, state.has_segmentation = "", "", False
        self._display = DisplayLogic(server, slicer_app)
        segment = SegmentLogic(server, self._session)
        edit = EditLogic(server, self._session)
        measure = MeasureLogic(server, self._session)
        self._page = Page(server, self._display, segment, edit, measure)
        add_keys(server, self._display, edit)
        self._downloads = DownloadRoutes(self._session, segment, measure)
        server.controller.on_server_bind.add(self._bind)

    def open(self, scan: Path, name: str, segmentation: Path | None, key: str) -> None:
        """Show a scan, and what was found in it before.

        Parameters
        ----------
        scan, segmentation
            Files; None where there is no segmentation yet.
        name
            What the user reads.
        key
            All requests have to bring it: other users of this computer do not know it.
        """
        self._key = key
        self._server.state.scan_name = name
        try:
            volume = load_scan(self._session.slicer_app, scan, name)
            self._session.open_volume(volume)
            self._display.show_volume(volume)
            if segmentation is not None:
                node = load_segmentation(self._session.slicer_app, segmentation, volume)
                self._session.set_segmentation(node)
        except PelvicBoneSegError as error:
            self._server.state.problem = str(error.message)

    def _bind(self, wslink_server: Any) -> None:
        application: web.Application = wslink_server.app
        application.middlewares.append(self._check_key)
        self._downloads.add_to(application)

    @web.middleware
    async def _check_key(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get(KEY_HEADER, ""), self._key):
            raise web.HTTPForbidden
        return await handler(request)

    def _follow_segmentation(self) -> None:
        self._server.state.has_segmentation = self._session.segmentation is not None
