"""A kiosk reduced to its screen, for the bench: `python -m tests.bench.kiosk_end WIDTH HEIGHT DIAGONAL SOCKET`.

Home, and from any tile the form; from its key home again. Reads commands line by line on standard input: `start`,
`replace`, `visits N`, `close`; answers each with one JSON line, and passes the mirror's lines on as they come.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from kiosk.config import Screen as Panel
from kiosk.events import Chose, ScreenEvent
from kiosk.page import PAGES
from kiosk.screen import Screen
from tests.bench.content import form, home


class Kiosk:
    def __init__(self, panel: Panel, mirror: Path) -> None:
        self.page: PAGES = home(1)
        self.seen = asyncio.Queue[int]()
        self.screen = Screen(
            panel,
            current_page=lambda: self.page,
            on_event=self.happened,
            on_lost=lambda code: say({"lost": code}),
            mirror=mirror,
        )

    def happened(self, event: ScreenEvent) -> None:
        if isinstance(event, Chose) and event.page == self.page.n:
            self.turn()

    def turn(self) -> None:
        n = self.page.n + 1
        self.page = form(n) if n % 2 == 0 else home(n)
        self.screen.show(self.page)

    async def visits(self, count: int) -> None:
        """Two page changes each, every one settled before the next."""
        for _ in range(2 * count):
            self.turn()
            await self.settle()

    async def settle(self) -> None:
        """Until the mirror says that the current page stands on the panel."""
        while await self.seen.get() != self.page.n:
            pass

    async def do(self, command: str) -> None:
        match command.split():
            case ["start"]:
                await self.screen.start()
                await self.settle()
            case ["replace"]:
                await self.screen.replace()
                await self.settle()
            case ["visits", count]:
                await self.visits(int(count))
            case _:
                raise SystemExit(f"unknown command {command!r}")


def say(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)


async def main() -> None:
    width, height, diagonal, socket = sys.argv[1:]
    path = Path(socket)
    kiosk = Kiosk(Panel(int(width), int(height), float(diagonal), fullscreen=True), path)

    async def mirrored(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            while line := await reader.readline():
                frame = json.loads(line)
                say({"frame": frame})
                kiosk.seen.put_nowait(frame["n"])

    server = await asyncio.start_unix_server(mirrored, path)
    loop = asyncio.get_running_loop()
    stdin = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    say({"done": "", "pid": None})
    while line := (await stdin.readline()).decode().strip():
        if line == "close":
            break
        await kiosk.do(line)
        say({"done": line, "pid": kiosk.screen.pid})
    await kiosk.screen.close()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
