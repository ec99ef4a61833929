"""The viewer put together."""

from __future__ import annotations

import hmac
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientConnectionResetError, web
from trame_server import Server
from trame_slicer import module as trame_slicer_module
from trame_slicer.core import SlicerApp

from PelvicBoneSegLib.errors import NoBoneError, PelvicBoneSegError
from PelvicBoneSegLib.scene.view_centre import centre_on
from PelvicBoneSegLib.worker.protocol import Frame

from . import page_files
from .application_key import KEY_HEADER
from .channel import Channel
from .display.drawing import register_views
from .display.logic import DisplayLogic
from .download.routes import DownloadRoutes
from .edit.logic import EditLogic
from .guard.messages import MessageGuard
from .guard.rules import StateRules, editor_rules, page_rules
from .keys import add_keys
from .measure.logic import MeasureLogic
from .page import Page
from .saving.kinds import NOT_SAVED, SAVE, SAVED
from .saving.logic import SaveLogic
from .scan import StoredSegmentation, load_scan, load_segmentation
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
        register_views(slicer_app.view_manager, server)
        self._session = Session(slicer_app, self.worker)
        self._session.segmentation_changed.connect(self._follow_segmentation)
        state = server.state
        state.trame__title = "PelvicBoneSeg"
        state.scan_name, state.problem, state.has_segmentation = "", "", False
        self._display = DisplayLogic(server, slicer_app)
        segment = SegmentLogic(server, self._session)
        edit = EditLogic(server, self._session)
        measure = MeasureLogic(server, self._session)
        self.saving = SaveLogic(server, self._session, channel)
        self._page = Page(server, self._display, segment, edit, measure, self.saving)
        add_keys(server, self._display, edit, self.saving)
        rules = {
            **page_rules(self._display, segment, self.saving),
            **editor_rules(server.state),
        }
        self._guard = MessageGuard(
            server, StateRules(server.state, rules), self._display.follow_mouse
        )
        self._downloads = DownloadRoutes(self._session, segment, measure)
        server.controller.on_server_bind.add(self._bind)

    def open(self, scan: Path, name: str, stored: StoredSegmentation, key: str) -> None:
        """Show a scan, and what was found in it before.

        Parameters
        ----------
        scan
            Its file.
        name
            What the user reads.
        stored
            What was found before.
        key
            All requests have to bring it: other users of this computer do not know it.
        """
        self._key = key
        self._server.state.scan_name = name
        try:
            volume = load_scan(self._session.slicer_app, scan, name)
            self._session.open_volume(volume)
            self._display.show_volume(volume)
            node = load_segmentation(self._session.slicer_app, stored, volume)
            if node is not None:
                self._session.set_segmentation(node)
                with suppress(NoBoneError):
                    centre_on(node)
                self.saving.start_clean()
        except PelvicBoneSegError as error:
            self._server.state.problem = str(error.message)

    async def take(self, frame: Frame) -> None:
        """Take what the front says."""
        kind = frame.header["kind"]
        if kind == SAVE:
            await self.saving.save()
        elif kind in (SAVED, NOT_SAVED):
            self.saving.take(frame)
        else:
            self.worker.take(frame)

    def _bind(self, wslink_server: Any) -> None:
        application: web.Application = wslink_server.app
        application.middlewares.append(self._check_key)
        self._downloads.add_to(application)
        for handler in wslink_server._ws_handlers:
            self._guard.stand_before(handler)

    @web.middleware
    async def _check_key(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get(KEY_HEADER, ""), self._key):
            raise web.HTTPForbidden
        try:
            return await handler(request)
        except ClientConnectionResetError:  # the tab was closed in the middle of an answer
            return web.Response()

    def _follow_segmentation(self) -> None:
        self._server.state.has_segmentation = self._session.segmentation is not None
