"""The routes under ``/api``.

Answers are JSON; errors have ``error``, the name of the cause, and ``message``.

======  ====================================  ================================================
GET     /api/session                          owner, limits, bones, sides, sort keys
GET     /api/scans?search=&sort=&order=       the library
GET     /api/room?bytes=                      204, or why an upload of that size would be refused
POST    /api/uploads/UPLOAD?pseudonym=        the file as body; answers with the stored scans;
        &segment=1&bones=&side=               ``segment=1`` has them segmented in the background,
                                              all bones or ``bones=femur,sacrum``
GET     /api/uploads/UPLOAD                   how far it is, asked while the POST is on
GET     /api/scans/SCAN                       one scan, its segmentations with their progress
DELETE  /api/scans/SCAN                       with all its segmentations
GET     /api/scans/SCAN/thumbnail.png
GET     /api/scans/SCAN/scan.nrrd             download
POST    /api/scans/SCAN/segmentations         JSON: bones, side
POST    /api/segmentations/RUN/cancel
GET     /api/segmentations/RUN/seg.nrrd       download
GET     /api/segmentations/RUN/report.json    download
======  ====================================  ================================================
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from PelvicBoneSegLib.anatomy import BONES, BOTH, SEGMENTS, SIDES, segments_for
from PelvicBoneSegLib.errors import PelvicBoneSegError

from ..errors import BadRequestError
from ..index import SORT_KEYS
from ..pseudonym import checked_pseudonym
from ..scan import Scan
from ..security.access import Visitor
from ..security.middleware import visitor_of
from .pages import add_pages
from .services import SERVICES, Services

_YES = "1"
_NUMBER = re.compile(r"[0-9]{1,18}")


def add_routes(application: web.Application) -> None:
    """Add the routes and the page to a server that `services.set_up` was called for."""
    add_pages(application)
    application.router.add_routes(
        [
            web.get("/api/session", session),
            web.get("/api/scans", list_scans),
            web.get("/api/room", room),
            web.post("/api/uploads/{upload}", upload),
            web.get("/api/uploads/{upload}", upload_progress),
            web.get("/api/scans/{scan}", one_scan),
            web.delete("/api/scans/{scan}", delete_scan),
            web.get("/api/scans/{scan}/thumbnail.png", thumbnail),
            web.get("/api/scans/{scan}/scan.nrrd", download_scan),
            web.post("/api/scans/{scan}/segmentations", segment),
            web.post("/api/segmentations/{run}/cancel", cancel),
            web.get("/api/segmentations/{run}/seg.nrrd", download_segmentation),
            web.get("/api/segmentations/{run}/report.json", download_report),
        ]
    )


async def session(request: web.Request) -> web.Response:
    """Tell a page what it may offer."""
    limits = _services(request).library.limits
    return web.json_response(
        {
            "owner": visitor_of(request).owner,
            "limits": asdict(limits),
            "bones": BONES,
            "paired": [bone for bone in BONES if _has_sides(bone)],
            "sides": SIDES,
            "sort_keys": SORT_KEYS,
        }
    )


async def list_scans(request: web.Request) -> web.Response:
    """List, search and sort."""
    services, query = _services(request), request.query
    scans = await asyncio.to_thread(
        services.library.index.scans,
        visitor_of(request).owner,
        query.get("search", ""),
        query.get("sort", "added"),
        query.get("order", "descending") == "descending",
    )
    return web.json_response({"scans": [_described(services, scan) for scan in scans]})


async def one_scan(request: web.Request) -> web.Response:
    """Tell all about one scan."""
    services = _services(request)
    scan = await asyncio.to_thread(
        services.library.index.scan, visitor_of(request).owner, request.match_info["scan"]
    )
    return web.json_response(_described(services, scan))


async def room(request: web.Request) -> web.Response:
    """Tell whether an upload may come: browsers show a refusal when they have sent all of it."""
    text = request.query.get("bytes", "")
    if not _NUMBER.fullmatch(text):
        raise BadRequestError("'bytes' is no number")
    await _services(request).uploads.check(visitor_of(request).owner, int(text))
    return web.Response(status=204)


async def upload(request: web.Request) -> web.Response:
    """Take a file in."""
    services, visitor = _services(request), visitor_of(request)
    bones = tuple(request.query["bones"].split(",")) if "bones" in request.query else BONES
    side = request.query.get("side", BOTH)
    is_segmented = request.query.get("segment") == _YES
    if is_segmented:
        segments_for(bones, side)  # refused before the bytes come, and not after
    services.background.warm_up()  # while they come and are checked; who uploads will segment
    scans, refused = await services.uploads.take(
        visitor.owner,
        request.match_info["upload"],
        request.content,
        request.content_length,
        checked_pseudonym(request.query.get("pseudonym", "")),
    )
    warnings = list(refused)
    if is_segmented:
        scans, unsegmented = await _segment_all(services, visitor, scans, bones, side)
        warnings += unsegmented
    answer = {"scans": [_described(services, one) for one in scans], "warnings": warnings}
    return web.json_response(answer, status=201)


async def _segment_all(
    services: Services,
    visitor: Visitor,
    scans: Iterable[Scan],
    bones: tuple[str, ...],
    side: str,
) -> tuple[list[Scan], list[str]]:
    """Have new scans segmented; they are stored, so what is in the way is only told."""
    described, warnings = [], []
    for scan in scans:
        try:
            await services.background.request(visitor.owner, scan.id, visitor.user, bones, side)
        except PelvicBoneSegError as error:
            warnings.append(str(error.message))
        described.append(
            await asyncio.to_thread(services.library.index.scan, visitor.owner, scan.id)
        )
    return described, warnings


async def upload_progress(request: web.Request) -> web.Response:
    """Tell how far an upload is; null where it is over."""
    owner = visitor_of(request).owner
    progress = _services(request).uploads.progress(owner, request.match_info["upload"])
    return web.json_response(progress.to_json() if progress else None)


async def delete_scan(request: web.Request) -> web.Response:
    """Delete a scan."""
    owner = visitor_of(request).owner
    await _services(request).background.delete_scan(owner, request.match_info["scan"])
    return web.Response(status=204)


async def segment(request: web.Request) -> web.Response:
    """Have a scan segmented in the background."""
    wanted, visitor = await _json(request), visitor_of(request)
    one = await _services(request).background.request(
        visitor.owner,
        request.match_info["scan"],
        visitor.user,
        _texts(wanted, "bones", BONES),
        _text(wanted, "side", BOTH),
    )
    return web.json_response(one.to_json(), status=202)


async def cancel(request: web.Request) -> web.Response:
    """Stop a segmentation."""
    owner = visitor_of(request).owner
    await _services(request).background.cancel(owner, request.match_info["run"])
    return web.Response(status=204)


async def thumbnail(request: web.Request) -> web.StreamResponse:
    """Give the picture of a scan."""
    return web.FileResponse(await _path(request, _services(request).library.thumbnail, "scan"))


async def download_scan(request: web.Request) -> web.StreamResponse:
    """Give the voxels of a scan."""
    path = await _path(request, _services(request).library.scan_file, "scan")
    scan = await _scan_of(request, request.match_info["scan"])
    return _download(path, f"{_stem(scan)}.nrrd")


async def download_segmentation(request: web.Request) -> web.StreamResponse:
    """Give a segmentation, for Slicer."""
    path = await _path(request, _services(request).library.segmentation_file, "run")
    return _download(path, f"{_stem(await _scan_of_run(request))}.seg.nrrd")


async def download_report(request: web.Request) -> web.StreamResponse:
    """Give the report of a segmentation."""
    path = await _path(request, _services(request).library.report_file, "run")
    return _download(path, f"{_stem(await _scan_of_run(request))}.report.json")


def _has_sides(bone: str) -> bool:
    return any(one.side for one in SEGMENTS if one.bone == bone)


def _services(request: web.Request) -> Services:
    return request.app[SERVICES]


def _described(services: Services, scan: Scan) -> dict[str, Any]:
    described = scan.to_json()
    for one in described["segmentations"]:
        one["progress"] = services.background.progress(one["id"])
    return described


async def _path(request: web.Request, find: Callable[[str, str], Path], name: str) -> Path:
    return await asyncio.to_thread(find, visitor_of(request).owner, request.match_info[name])


async def _scan_of(request: web.Request, scan_id: str) -> Scan:
    index = _services(request).library.index
    return await asyncio.to_thread(index.scan, visitor_of(request).owner, scan_id)


async def _scan_of_run(request: web.Request) -> Scan:
    index = _services(request).library.index
    run = await asyncio.to_thread(
        index.segmentation, visitor_of(request).owner, request.match_info["run"]
    )
    return await _scan_of(request, run.scan_id)


def _stem(scan: Scan) -> str:
    """Return what a download is called; both parts have our own letters alone."""
    return f"{scan.description.patient}_{scan.description.series}".replace(" ", "_")


def _download(path: Path, name: str) -> web.FileResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Type": "application/octet-stream",
    }
    return web.FileResponse(path, headers=headers)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        wanted = json.loads(await request.read() or b"{}")  # aiohttp allows for 1 MB
    except (ValueError, RecursionError) as error:
        raise BadRequestError("it is not JSON") from error
    if not isinstance(wanted, dict):
        raise BadRequestError("it is no JSON object")
    return wanted


def _text(wanted: dict[str, Any], name: str, default: str) -> str:
    value = wanted.get(name, default)
    if not isinstance(value, str):
        raise BadRequestError(f"'{name}' is no text")
    return value


def _texts(wanted: dict[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    values = wanted.get(name, default)
    if not isinstance(values, (list, tuple)) or not all(isinstance(one, str) for one in values):
        raise BadRequestError(f"'{name}' is no list of texts")
    return tuple(values)
