"""Space kept back on the ledger's disk: a full disk must not stop money that is already moving.

SQLite cannot even delete on a full disk, for the write-ahead log itself must grow. So a file of real, allocated bytes
lies beside the ledger: it is given up when a write finds the disk full, and no new money is taken until it is back.
"""

from __future__ import annotations

import os
from pathlib import Path

BALLAST_BYTES = 1 << 20  # some 80 transactions, far more than the rows that can be open at once need
RESERVE_BYTES = 8 << 20  # what must be free beside the ballast before money is taken


class Ballast:
    def __init__(self, path: Path, reserve: int = RESERVE_BYTES) -> None:
        self.path = path
        self.reserve = reserve

    def ready(self) -> bool:
        """The ballast is in place and there is room beside it; puts a lost one back as soon as there is."""
        try:
            free = _free(self.path.parent)
            if self._whole():
                return free >= self.reserve
            if free < self.reserve + BALLAST_BYTES:
                return False
            self._fill()
        except OSError:
            return False
        return True

    def give_up(self) -> bool:
        """Free the space. False: it was already gone."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True

    def _whole(self) -> bool:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        return found.st_size == BALLAST_BYTES and found.st_blocks * 512 >= BALLAST_BYTES

    def _fill(self) -> None:
        file = os.open(self.path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        try:
            os.posix_fallocate(file, 0, BALLAST_BYTES)
        finally:
            os.close(file)


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
