"""Surfaces as files, each read back and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import NothingToExportError
from ...message import Message, templates
from ...segmentation.file_names import different_names, safe_file_name
from ...segmentation.output_folder import write_together
from ...segmentation.result import CancelCallback, ProgressCallback
from ...segmentation.surface_files.check import SurfaceCheck, check_surface
from ...segmentation.surface_files.gltf import write_glb
from ...segmentation.surface_files.mesh import Mesh
from ...segmentation.surface_files.readers import read_back
from ...segmentation.surface_files.writers import mtl_name, write_obj, write_ply, write_stl
from .formats import GLTF, OBJ, PLY, STL
from .job import ExportResult, stop_if
from .surfaces import SurfaceSource

_ = templates(__name__)

WRITERS: dict[str, tuple[str, Callable[[Path, Sequence[Mesh], str], None]]] = {
    STL: (".stl", write_stl),
    OBJ: (".obj", write_obj),
    PLY: (".ply", write_ply),
    GLTF: (".glb", lambda path, meshes, space: write_glb(path, meshes)),
}
"""Suffix and writer of each format of surfaces."""


@dataclass(frozen=True, eq=False)
class SurfaceJob:
    """Surfaces as files.

    Attributes
    ----------
    directory
        Where to.
    stem
        What file names begin with.
    file_format
        A key of `WRITERS`.
    space
        ``"LPS"`` or ``"RAS"``; glTF has axes of its own.
    merged
        Whether all bones go into one file. In glTF they always do.
    sources
        What the surfaces come from.
    """

    directory: Path
    stem: str
    file_format: str
    space: str
    merged: bool
    sources: tuple[SurfaceSource, ...]

    def file_names(self) -> list[str]:
        """Return the names of the files that will be written."""
        return [name for one in self._files() for name in self._companions(one[0])]

    def run(
        self, progress: ProgressCallback | None = None, cancel: CancelCallback | None = None
    ) -> ExportResult:
        """Write and check the surfaces: see `ExportJob.run`.

        Raises
        ------
        NothingToExportError
            All segments are empty.
        """
        checks: list[SurfaceCheck] = []
        empty: list[str] = []

        def fill(folder: Path) -> None:
            meshes = self._meshes(progress, cancel)
            empty.extend(
                one.name for one, mesh in zip(self.sources, meshes, strict=True) if not mesh
            )
            full = {id(one): mesh for one, mesh in zip(self.sources, meshes, strict=True) if mesh}
            if not full:
                raise NothingToExportError(self.stem)
            for name, sources in self._files():
                sources = [one for one in sources if id(one) in full]
                if sources:
                    stop_if(cancel)
                    written = [full[id(one)] for one in sources]
                    checks.extend(self._write(folder / name, sources, written))

        files = write_together(self.directory, fill)
        warnings = tuple(
            Message(_("{name} is empty and was left out."), name=name) for name in empty
        )
        return ExportResult(tuple(files), tuple(checks), warnings)

    def _meshes(
        self, progress: ProgressCallback | None, cancel: CancelCallback | None
    ) -> list[Mesh | None]:
        meshes = []
        for number, source in enumerate(self.sources):
            stop_if(cancel)
            if progress:
                progress(number / len(self.sources), source.name)
            mesh = source.mesh()
            meshes.append(mesh if len(mesh.triangles) else None)
        return meshes

    def _write(
        self, path: Path, sources: Sequence[SurfaceSource], meshes: Sequence[Mesh]
    ) -> Iterator[SurfaceCheck]:
        WRITERS[self.file_format][1](path, meshes, self.space)
        found = read_back(path, [len(mesh.triangles) for mesh in meshes])
        for source, (points, triangles) in zip(sources, found, strict=True):
            yield check_surface(source.name, points, triangles, source.voxel_volume_ml)

    def _files(self) -> list[tuple[str, list[SurfaceSource]]]:
        suffix = WRITERS[self.file_format][0]
        if self.merged or self.file_format == GLTF:
            return [(f"{self.stem}{suffix}", list(self.sources))]
        names = different_names(safe_file_name(source.name) for source in self.sources)
        return [
            (f"{self.stem}_{name}{suffix}", [source])
            for name, source in zip(names, self.sources, strict=True)
        ]

    def _companions(self, name: str) -> list[str]:
        return [name, mtl_name(name)] if self.file_format == OBJ else [name]
