"""A whole server, with real viewers and a made-up network, and a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("trame_slicer", reason="needs the extra web")

import numpy as np
import SimpleITK as sitk

import scene
from PelvicBoneSegWeb.library.web.services import Settings
from scene.phantom import grid, intensities
from web.viewer.doubting_worker import DoubtingWorker
from web.viewer.patience import PATIENCE_MS
from web.viewer.serving import TOKENS, Serving
from web.viewer.viewing import Viewing

SPACING = (1.5, 1.5, 4.0)
CORONAL = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])
"""Columns i, j, k in RAS: to the left, down, to the back."""

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    # The made-up network is a program of the tests, which finds their other modules.
    folder = Path(scene.__path__[0]).parent
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    scratch = tmp_path_factory.mktemp("worker")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        patch.setenv("PELVICBONESEG_BUNDLES", str(scratch / "bundles of the user"))
        yield DoubtingWorker(scratch)


@pytest.fixture(scope="module")
def a_server(tmp_path_factory, worker):
    """One for all tests of a file: it takes seconds until a viewer is there."""
    data = tmp_path_factory.mktemp("library") / "data"
    with Serving(Settings(data, TOKENS, worker=worker.command)) as serving:
        yield serving


@pytest.fixture(scope="module")
def visit(a_browser):
    """Open the library as an owner, in a browser of his own; return its page."""
    contexts = []

    def visit(server, owner="anna", **options):
        context = a_browser.new_context(viewport={"width": 1280, "height": 720}, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{server.address}/?token={TOKENS[owner]}")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def open_scan(tmp_path_factory):
    """Upload a scan of six ellipsoids from a page and open it; return the scan's identifier."""
    world = grid(CORONAL, SPACING)
    voxels = intensities(world.ijk_to_ras, world.dimensions[::-1])
    ijk_to_lps = LPS_TO_RAS @ world.ijk_to_ras
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING)
    image.SetDirection((ijk_to_lps[:3, :3] / SPACING).ravel().tolist())
    image.SetOrigin(ijk_to_lps[:3, 3].tolist())
    path = tmp_path_factory.mktemp("scan") / "scan.nii.gz"
    sitk.WriteImage(image, str(path))

    def open_scan(server, page):
        answer = page.request.post(
            f"{server.address}/api/uploads/{os.urandom(16).hex()}",
            data=path.read_bytes(),
            headers={"Origin": server.address},
            timeout=PATIENCE_MS,
        )
        assert answer.status == 201, answer.text()
        scan_id = answer.json()["scans"][0]["id"]
        page.goto(f"{server.address}/open/{scan_id}", timeout=PATIENCE_MS)
        page.get_by_role("tab", name="Segment").wait_for()
        return scan_id

    return open_scan


@pytest.fixture(scope="module")
def viewing(a_server, visit, open_scan, worker):
    """A page with the scan, the same for all tests of a file."""
    page = visit(a_server)
    return Viewing(page, worker, open_scan(a_server, page))


@pytest.fixture
def segmented(viewing):
    """The page after a run over the bones that are chosen, with nothing edited since."""
    viewing.segment()
    return viewing
