"""The bench's web application. Only requests from its own page, under its own name, change something."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kiosk.bench.control import ControlError
from kiosk.bench.display import NOVNC, Display
from kiosk.bench.page.around import Around, Wrong
from kiosk.bench.world import World

STATIC = Path(__file__).resolve().parent / "static"
_NAMES = {
    "kiosk": "The kiosk",
    "card_reader": "The card reader",
    "code_scanner": "The code scanner",
    "receipt_printer": "The printer",
}
# No script but our own runs here, whatever stands in a name; the touchscreen's socket has a port of its own.
_POLICY = "default-src 'self'; connect-src 'self' ws://127.0.0.1:*; img-src 'self' data:; frame-ancestors 'none'"


def make(world: World, display: Display) -> Starlette:
    """The application for one world."""
    around = Around(world, display)

    async def page(_: Request) -> Response:
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
        return FileResponse(STATIC / "index.html", headers=headers)

    async def about(_: Request) -> Response:
        return JSONResponse(around.about())

    async def state(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(around.state))

    async def do(request: Request) -> Response:
        if not _own_page(request):
            return JSONResponse({"error": "Only the bench's own page may do that."}, 403)
        role, verb = "", ""
        try:
            wish = json.loads(await request.body())
            role, verb = str(wish["role"]), str(wish["verb"])
            # The kiosk is started from this thread: the system would end it together with a helper thread.
            done = around.do(wish) if role == "kiosk" else await asyncio.to_thread(around.do, wish)
            return JSONResponse(done)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"The bench does not know this wish ({type(error).__name__})."}, 400)
        except Wrong as error:
            return JSONResponse({"error": str(error)}, 409)
        except (ControlError, OSError) as error:
            return JSONResponse({"error": _sentence(role, verb, error)}, 409)

    async def receipt(request: Request) -> Response:
        picture = world.receipts / f"{request.path_params['name']}.png"
        if picture.parent != world.receipts or not picture.is_file():
            return JSONResponse({"error": "There is no such receipt."}, 404)
        return FileResponse(picture, headers={"Cache-Control": "no-store"})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/about", about),
            Route("/state", state),
            Route("/do", do, methods=["POST"]),
            Route("/receipts/{name:str}.png", receipt),
            *([Mount("/novnc", StaticFiles(directory=NOVNC))] if display.socket else []),
            Mount("/static", _Fresh(directory=STATIC)),
        ],
        # A foreign name that was made to lead to 127.0.0.1 is not ours.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


class _Fresh(StaticFiles):
    """Asked again at each visit: whoever changes the page's files sees it."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _own_page(request: Request) -> bool:
    """A foreign page cannot set this header without asking first, and says where it comes from."""
    origin = request.headers.get("origin")
    ours = origin is None or origin == f"http://{request.headers.get('host')}"
    return request.headers.get("x-bench") == "1" and ours


def _sentence(role: str, verb: str, error: Exception) -> str:
    """`path: verb: reason` of a far end, as a person says it."""
    reason = str(error).rpartition(f": {verb}: ")[2]
    return f"{_NAMES.get(role, 'The bench')} says: {reason}."
