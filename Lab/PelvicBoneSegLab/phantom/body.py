"""A plausible soft-tissue body around the bones.

Every tissue is a smooth field in mm, positive inside, on a sparse grid; what is positive after
interpolation to the fine grid is that tissue. So the borders are smooth, and it is fast.
"""

from __future__ import annotations

import numpy as np

from .bone_map import LABELS, BoneMap
from .fields import distance, ellipsoid, noise, oval, spread, thinned, tube
from .grid import Grid
from .landmarks import Landmarks
from .tissues import Tissue

STEP = (2, 3, 3)
SEPTA_MM = 16.0  # distance over which the fat sheets between muscles come back
PAINTED_LAST_WINS = (
    Tissue.VISCERAL_FAT,
    Tissue.ORGAN,
    Tissue.BOWEL,
    Tissue.FLUID,
    Tissue.MUSCLE,
    Tissue.VESSEL,
)


class Body:
    """Soft tissue around one subject, drawn from `rng`."""

    def __init__(self, landmarks: Landmarks, rng: np.random.Generator) -> None:
        self.marks = landmarks
        self.rng = rng
        self.side = landmarks.trochanter_x + rng.uniform(18, 60)
        self.waist = rng.uniform(0.8, 1.0)
        self.front = landmarks.front_y - rng.uniform(15, 60)
        self.back = landmarks.back_y + rng.uniform(25, 60)
        self.fat = rng.uniform(12, 40)
        self.septum = rng.uniform(0.4, 1.4)

    def paint(self, bones: BoneMap) -> np.ndarray:
        """Return the tissue map (k, j, i) uint8: the bones' tissues, and the body around them."""
        sparse = bones.grid.every(STEP)
        fields = self._fields(sparse, bones)
        tissues = np.zeros(bones.grid.shape, dtype=np.uint8)
        tissues[spread(fields["skin"], bones.grid.shape, STEP) > 0] = Tissue.FAT
        for tissue in PAINTED_LAST_WINS:
            tissues[spread(fields[tissue], bones.grid.shape, STEP) > 0] = tissue
        for septa in fields["septa"]:
            near = np.abs(spread(septa, bones.grid.shape, STEP)) < self.septum
            tissues[near & (tissues == Tissue.MUSCLE)] = Tissue.FAT
        gas = spread(fields["gas"], bones.grid.shape, STEP) > 0
        tissues[gas & ((tissues == Tissue.BOWEL) | (tissues == Tissue.ORGAN))] = Tissue.AIR
        bone = bones.tissues != Tissue.AIR
        tissues[bone] = bones.tissues[bone]
        return tissues

    def _fields(self, grid: Grid, bones: BoneMap) -> dict:
        """Return each tissue's field (k, j, i) on the sparse grid, float32."""
        xyz = grid.coordinates()
        xyz += 4.0 * np.stack([noise(self.rng, grid, 25.0) for _ in range(3)])
        skin, thigh = self._skin(xyz)
        under = skin - self.fat * (1 + 0.25 * noise(self.rng, grid, 40.0))
        labels = thinned(bones.labels, grid.shape, STEP)
        to_hip = distance(
            np.isin(labels, [LABELS["left_hip_bone"], LABELS["right_hip_bone"]]), grid
        )
        to_spine = distance(labels >= LABELS["sacrum"], grid)
        inner = self._inner(xyz, under)
        muscle = self._muscle(xyz, under, thigh, inner, to_hip, to_spine)
        organs, bowel, gas, fluid = self._contents(xyz)
        inner_only = np.minimum(inner, under - 10)
        return {
            "skin": skin,
            "gas": gas,
            "septa": [SEPTA_MM * noise(self.rng, grid, SEPTA_MM, 4) for _ in range(2)],
            Tissue.VISCERAL_FAT: inner_only,
            Tissue.ORGAN: np.minimum(organs, inner_only + 15),
            Tissue.BOWEL: np.minimum(bowel, inner_only),
            Tissue.FLUID: np.minimum(fluid, inner_only),
            Tissue.MUSCLE: muscle,
            Tissue.VESSEL: np.minimum(self._vessels(xyz), under),
        }

    def _skin(self, xyz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the depth under the skin, and that within the thighs alone, in mm."""
        x, y, z = xyz
        m = self.marks
        up = np.clip((z - m.hip[2] - 20) / 120, 0, 1)
        narrow = 1 - (1 - self.waist) * up * up * (3 - 2 * up)
        middle, deep = (self.front + self.back) / 2, (self.back - self.front) / 2
        trunk = oval(x, y - middle, self.side * narrow, deep, 2.6)
        trunk = np.minimum(trunk, z - m.crotch_z + 0.3 * np.abs(y - m.hip[1]) + 0.1 * np.abs(x))
        width = self.side / 2 - 2
        thigh = oval(np.abs(x) - self.side / 2, y - middle * 0.8, width, deep * 0.92, 2.2)
        crease = m.hip[2] + 25 - 0.5 * np.abs(np.abs(x) - m.hip[0]) - z
        thigh = np.minimum(thigh, crease)
        return np.maximum(trunk, thigh), thigh

    def _inner(self, xyz: np.ndarray, under: np.ndarray) -> np.ndarray:
        """Return the abdominal and pelvic cavity."""
        m = self.marks
        true_pelvis = ellipsoid(xyz, (0, m.hip[1] + 18, m.hip[2] + 5), (m.hip[0] - 24, 62, 75))
        abdomen_z = m.promontory[2] + 40
        half = (m.hip[0] + 32, (m.promontory[1] - self.front) * 0.85, abdomen_z - m.hip[2] - 15)
        middle = (m.promontory[1] + self.front) / 2 + 5
        abdomen = ellipsoid(xyz, (0, middle, abdomen_z), half)
        above = oval(xyz[0], xyz[1] - middle, half[0], half[1], 2.4)
        above = np.minimum(above, xyz[2] - abdomen_z)
        return np.minimum(np.maximum.reduce([true_pelvis, abdomen, above]), under - 10)

    def _muscle(
        self,
        xyz: np.ndarray,
        under: np.ndarray,
        thigh: np.ndarray,
        inner: np.ndarray,
        to_hip: np.ndarray,
        to_spine: np.ndarray,
    ) -> np.ndarray:
        """Return the muscles' union: thigh, glutei, iliopsoas, back, abdominal wall."""
        x, y, z = xyz
        m, rng = self.marks, self.rng
        outside = -np.minimum(inner, to_hip - 9)
        aside = np.abs(x)
        fibres = thigh - self.fat * (0.15 + 0.85 * np.clip(aside / self.side, 0, 1))
        around_hip = np.minimum(rng.uniform(34, 52) - to_hip, outside)
        over_sacrum = np.minimum(26 - to_spine, y - (m.promontory[1] + 30))
        psoas = tube(
            np.stack([aside, y, z]),
            (
                (34, m.promontory[1] + 2, m.promontory[2] + 90),
                (46, m.promontory[1] - 8, m.promontory[2] + 20),
                (m.hip[0] - 8, m.hip[1] - 30, m.hip[2] + 25),
                (m.hip[0] + 8, m.hip[1] + 5, m.hip[2] - 55),
            ),
            rng.uniform(14, 20),
        )
        back = tube(
            np.stack([aside, y, z]),
            (
                (32, m.promontory[1] + 62, m.promontory[2] + 120),
                (30, m.promontory[1] + 62, m.promontory[2] + 10),
                (18, m.back_y + 6, m.promontory[2] - 40),
            ),
            rng.uniform(24, 32),
        )
        wall = np.minimum.reduce([under, 11 - under, z - m.hip[2] - 25, m.promontory[1] + 30 - y])
        trunk = np.maximum.reduce([around_hip, over_sacrum, psoas, back, wall])
        return np.maximum(np.minimum(trunk, under), fibres)

    def _contents(self, xyz: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return organs, bowel loops, gas, and the bladder's fluid."""
        m, rng = self.marks, self.rng
        organs = [
            ellipsoid(xyz, (rng.normal(0, 6), m.hip[1] + 12, m.hip[2] + 35), (30, 24, 26)),
            ellipsoid(xyz, (0, m.hip[1] + 35, m.crotch_z + 35), (15, 20, 35)),
        ]
        rectum = (rng.normal(0, 5), m.back_y - 32, m.promontory[2] - rng.uniform(50, 70))
        organs.append(ellipsoid(xyz, rectum, (20, 18, 30)))
        gas = [ellipsoid(xyz, rectum, (12, 10, 18))]
        bowel = []
        for number in range(int(rng.integers(35, 70))):
            centre = (
                rng.uniform(-1, 1) * (m.hip[0] + 20),
                rng.uniform(self.front + 35, m.promontory[1] - 15),
                m.hip[2] + rng.uniform(40, 210),
            )
            radii = rng.uniform(7, 20, 3)
            bowel.append(ellipsoid(xyz, centre, radii))
            if number % 8 == 0:
                gas.append(ellipsoid(xyz, centre, radii * 0.6))
        fluid = ellipsoid(
            xyz,
            (rng.normal(0, 4), m.front_y + rng.uniform(35, 50), m.hip[2] + 15),
            (rng.uniform(20, 38), rng.uniform(18, 28), rng.uniform(10, 26)),
        )
        return (*(np.maximum.reduce(part) for part in (organs, bowel, gas)), fluid)

    def _vessels(self, xyz: np.ndarray) -> np.ndarray:
        """Return the iliac and femoral vessels."""
        m = self.marks
        path = (
            (12, m.promontory[1] - 22, m.promontory[2] + 80),
            (22, m.promontory[1] - 18, m.promontory[2] + 15),
            (m.hip[0] - 32, m.hip[1] - 25, m.hip[2] + 35),
            (m.hip[0] - 10, m.hip[1] - 42, m.hip[2]),
            (m.hip[0] + 5, m.hip[1] - 30, m.hip[2] - 120),
        )
        mirrored = np.stack([np.abs(xyz[0]), xyz[1], xyz[2]])
        return tube(mirrored, path, self.rng.uniform(4, 6.5))
