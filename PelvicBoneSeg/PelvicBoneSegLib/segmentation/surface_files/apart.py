"""Points of a surface that came to lie in one place, moved apart again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .check import faulty_edges
from .mesh import Mesh

STEP_MM = 0.001
"""Far less than a printer resolves, and more than single precision loses a metre off the origin."""


def moved_apart(mesh: Mesh) -> Mesh:
    """Return a mesh without two points in one place, if that keeps it closed.

    Where a bone is one voxel thin, smoothing may bring points from both of its sides to one place.
    Whoever reads an STL file takes them for one point, and finds edges of four triangles there. A
    mesh that is not closed by its indices may be one whose triangles meet in equal points, and is
    returned as it is.
    """
    if not len(mesh.triangles) or faulty_edges(mesh.triangles) != (0, 0):
        return mesh
    points = mesh.points.astype(np.float32)
    _, index, counts = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    if counts.max() == 1:
        return mesh
    order = np.argsort(index.reshape(-1), kind="stable")
    rank = np.empty(len(points), np.float32)
    rank[order] = np.concatenate([np.arange(count) for count in counts])
    points[:, 0] += STEP_MM * rank
    return replace(mesh, points=points)
