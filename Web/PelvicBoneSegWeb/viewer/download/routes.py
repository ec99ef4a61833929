"""The viewer's own HTTP routes: downloads."""

from __future__ import annotations

from aiohttp import web

from PelvicBoneSegLib.errors import PelvicBoneSegError
from PelvicBoneSegLib.segmentation.file_names import safe_file_name

from ..measure.logic import MeasureLogic
from ..segment.logic import SegmentLogic
from ..session import Session
from .files import FORMATS, Download, export, report

_REPORT, _TABLE = "report", "table"


class DownloadRoutes:
    """Answers ``download/{what}``.

    Parameters
    ----------
    session
        Its segmentation is exported.
    segment, measure
        Whose run the report is about, and whose table it is.
    """

    def __init__(self, session: Session, segment: SegmentLogic, measure: MeasureLogic) -> None:
        self._session = session
        self._segment = segment
        self._measure = measure

    def add_to(self, application: web.Application) -> None:
        """Add the route."""
        application.router.add_get("/download/{what}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            download = await self._make(request.match_info["what"])
        except PelvicBoneSegError as error:
            return web.Response(status=409, text=str(error.message))
        return web.Response(
            body=download.content,
            content_type=download.content_type,
            headers={"Content-Disposition": f'attachment; filename="{_ascii(download.name)}"'},
        )

    async def _make(self, what: str) -> Download:
        if what in FORMATS and self._session.segmentation is not None:
            return await export(self._session.segmentation, what)
        if what == _REPORT and self._segment.last is not None:
            return await report(self._segment.last, self._session.volume.GetName())
        text = self._measure.csv_text
        if what == _TABLE and text is not None:
            name = safe_file_name(self._session.volume.GetName())
            # With the mark by which spreadsheets know UTF-8, as `measure.logic.write_csv` does.
            return Download(f"{name} measurements.csv", text.encode("utf-8-sig"))
        raise web.HTTPNotFound(text="There is nothing of that kind to download yet.")


def _ascii(name: str) -> str:
    return name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
