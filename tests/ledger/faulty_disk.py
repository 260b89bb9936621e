"""A disk that can be full or broken: SQLite runs on it through a VFS that counts bytes and refuses writes.

The ballast beside the ledger counts as used space, so giving it up makes room, as on a real disk.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import apsw

_numbers = itertools.count()


class FaultyDisk(apsw.VFS):
    """`capacity`: bytes in `folder` beyond which a file cannot grow; `broken`: writes fail with an I/O error."""

    def __init__(self, folder: Path) -> None:
        self.name = f"faulty-{next(_numbers)}"
        self.folder = folder
        self.capacity: int | None = None
        self.broken = False
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _File:
        return _File(self, name, flags)

    def used(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir() if not path.name.endswith("-shm"))


class _File(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self.disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self.disk.broken:
            raise apsw.IOError("broken disk")
        growth = max(0, offset + len(data) - self.xFileSize())
        if self.disk.capacity is not None and growth and self.disk.used() + growth > self.disk.capacity:
            raise apsw.FullError("full disk")
        super().xWrite(data, offset)
