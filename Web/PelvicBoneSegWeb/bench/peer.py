"""``python -m PelvicBoneSegWeb.bench.peer SCAN``: trame-slicer as it comes, for comparison.

The same four views of the same size, without bones, drawn as trame-slicer draws by default; the
browser talks to it directly. It prints its port.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..library.intake.process import environment
from .tab import SIZE

_PLACE = "position: absolute; left: 360px; top: 48px; width: {width}px; height: {height}px"
"""Where the viewer's page has its views."""


@contextmanager
def a_peer(scan: Path) -> Iterator[tuple[str, int]]:
    """Start it; yield its address and the number of its process.

    Raises
    ------
    SystemExit
        It did not start.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "PelvicBoneSegWeb.bench.peer", str(scan)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port.isdigit():
            raise SystemExit("trame-slicer did not start: try the command above by itself.")
        yield f"http://127.0.0.1:{port}/index.html", process.pid
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Serve until killed."""
    from trame.app import get_server
    from trame.ui.vuetify3 import VAppLayout
    from trame.widgets import html
    from trame_slicer import module
    from trame_slicer.core import LayoutManager, SlicerApp
    from trame_slicer.rca_view import register_rca_factories

    from ..viewer.layouts import FOUR_VIEWS, LAYOUTS
    from ..viewer.scan import load_scan

    scan = Path(sys.argv.pop())
    server = get_server(client_type="vue3")
    server.enable_module(module)
    slicer_app = SlicerApp()
    register_rca_factories(slicer_app.view_manager, server)
    layouts = LayoutManager(slicer_app.scene, slicer_app.view_manager, server)
    layouts.register_layout_dict({FOUR_VIEWS: LAYOUTS[FOUR_VIEWS]})
    layouts.set_layout(FOUR_VIEWS)
    place = _PLACE.format(width=SIZE["width"] - 360, height=SIZE["height"] - 48)
    with VAppLayout(server) as page, html.Div(style=place):
        layouts.initialize_layout_grid(page)
    volume = load_scan(slicer_app, scan, "scan")
    slicer_app.display_manager.show_volume_in_slice_background(volume)
    slicer_app.display_manager.reset_views()
    server.controller.on_server_ready.add(lambda **_: print(server.port, flush=True))
    server.start(
        host="127.0.0.1", port=0, timeout=0, open_browser=False, show_connection_info=False
    )


if __name__ == "__main__":
    main()
