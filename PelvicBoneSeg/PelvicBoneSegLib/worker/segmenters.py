"""The network that is kept ready between runs."""

from __future__ import annotations

from typing import Any

from ..errors import DependencyMissingError
from ..segmentation.bundle import DESCRIPTION_FILE, INSTALL, WEIGHTS_FILE, Bundle, find_bundle


class Segmenters:
    """Loads segmenters and keeps the last one, as each holds a network in memory."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] | None = None
        self._segmenter: Any = None

    def get(self, bundle: str, device: str) -> Any:
        """Return the `Segmenter` of a bundle on a device.

        Parameters
        ----------
        bundle, device
            As for `segment_request`.

        Raises
        ------
        DependencyMissingError
            A Python package is not there.
        BundleError, DeviceUnavailableError
            The bundle or the device cannot be used; also where it could before.
        """
        try:
            from ..segmentation.segmenter import Segmenter
        except ModuleNotFoundError as error:
            raise DependencyMissingError(error.name or "torch", INSTALL) from error
        path = find_bundle(bundle)
        states = ((path / name).stat() for name in (DESCRIPTION_FILE, WEIGHTS_FILE))
        # A bundle that was installed anew since is another one.
        key = (path, device, *((one.st_mtime_ns, one.st_size) for one in states))
        if key != self._key:
            self.clear()
            self._segmenter = Segmenter(Bundle.load(path), device)
            self._key = key
        return self._segmenter

    def clear(self) -> None:
        """Let go of the network."""
        self._key = self._segmenter = None
