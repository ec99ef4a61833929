"""How much a visitor may ask of the server."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds that hold for everybody.

    Attributes
    ----------
    upload_bytes
        Of one uploaded file. A pelvic MR series has 10 to 100 MB.
    uploads, uploads_each
        Received or checked at the same time, of everybody and of one owner.
    checks
        Of those, checked at the same time: each may use `intake_memory_bytes`.
    stall_s
        Seconds without a byte after which an upload is given up.
    upload_s
        Seconds in which all of it has to come. 512 MB take as long at 1.2 Mbit/s.
    archive_files
        Entries of a zip file. A study of ten series has some thousand slices.
    archive_bytes
        All that a zip file holds, unpacked; and the voxels of all series in it, which may be packed
        a second time.
    archive_ratio
        How many times an entry of more than 1 MB may grow. Bombs come near to zlib's limit of 1032.
    scan_bytes
        Of the voxels of one scan in memory.
    intake_memory_bytes, intake_cpu_s
        What the process that checks an upload may use, address space and processor time.
    intake_s
        Seconds after which that process is ended.
    scans
        Scans an owner may keep.
    runs_of_scan
        Segmentations a scan may have, failed ones and those of a viewer among them.
    library_bytes
        What all of an owner's scans may take on the disk.
    free_disk_bytes
        What has to stay free on the disk.
    waiting_runs, waiting_runs_each
        Segmentations in the queue, of everybody and of one user.
    """

    upload_bytes: int = 512 * MEGABYTE
    uploads: int = 4
    uploads_each: int = 2
    checks: int = 2
    stall_s: float = 60.0
    upload_s: float = 3600.0
    archive_files: int = 5_000
    archive_bytes: int = 2_048 * MEGABYTE
    archive_ratio: int = 200
    scan_bytes: int = 1_024 * MEGABYTE
    intake_memory_bytes: int = 6_144 * MEGABYTE
    intake_cpu_s: int = 120
    intake_s: float = 180.0
    scans: int = 1_000
    runs_of_scan: int = 100
    library_bytes: int = 51_200 * MEGABYTE
    free_disk_bytes: int = 1_024 * MEGABYTE
    waiting_runs: int = 256
    waiting_runs_each: int = 64
