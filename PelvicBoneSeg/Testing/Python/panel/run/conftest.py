from __future__ import annotations

from panel.hosts import inside_slicer


def pytest_generate_tests(metafunc):
    """Work the section both ways, so that what runs inside Slicer is run here as well."""
    both = metafunc.module.__name__.endswith(("test_panel_run", "test_panel_stop"))
    if both and "driver_kind" in metafunc.fixturenames and not inside_slicer():
        metafunc.parametrize("driver_kind", ["mouse", "PythonQt"], indirect=True)
