"""The bench's web application: it speaks to the far ends' control sockets and to the sandbox's phone port."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kiosk.bench import people
from kiosk.bench.control import ControlError
from kiosk.bench.display import NOVNC, Display
from kiosk.bench.world import DEVICES, World

HERE = Path(__file__).resolve().parent
VERBS = ("put", "take", "unplug", "plug", "fail")


def make(world: World, display: Display) -> Starlette:
    """The application for one world; only requests from its own page may change something."""
    persons = people.load()

    async def page(_: Request) -> Response:
        return FileResponse(HERE / "index.html", headers={"Cache-Control": "no-store"})

    async def about(_: Request) -> Response:
        return JSONResponse(
            {
                "touchscreen": display.socket,
                "size": world.size,
                "phone": world.phone_url,
                "people": [_person(id, person) for id, person in persons.items()],
            }
        )

    async def state(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(_state, world))

    async def do(request: Request) -> Response:
        if request.headers.get("x-bench") != "1":  # a foreign page cannot set this header without asking first
            return JSONResponse({"error": "only the bench's own page may do that"}, 403)
        try:
            wish = json.loads(await request.body())
            return JSONResponse(await asyncio.to_thread(_do, world, persons, wish))
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"not understood: {type(error).__name__}"}, 400)
        except (ControlError, OSError, requests.RequestException) as error:
            return JSONResponse({"error": str(error)}, 502)

    async def receipt(request: Request) -> Response:
        picture = world.receipts / f"{request.path_params['name']}.png"
        if picture.parent != world.receipts or not picture.is_file():
            return JSONResponse({"error": "no such receipt"}, 404)
        return FileResponse(picture)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/about", about),
            Route("/state", state),
            Route("/do", do, methods=["POST"]),
            Route("/receipts/{name:str}.png", receipt),
            *([Mount("/novnc", StaticFiles(directory=NOVNC))] if display.socket else []),
            Mount("/page", StaticFiles(directory=HERE)),
        ]
    )


def _person(id: str, person: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "name": person["card"]["name"], "kind": person["card"]["kind"], "note": person["note"]}


def _state(world: World) -> dict[str, Any]:
    devices: dict[str, Any] = {}
    for role in DEVICES:
        try:
            with world.control(role) as control:
                devices[role] = control.send("state")
        except (ControlError, OSError) as error:
            devices[role] = {"error": str(error)}
    fallen = next(iter(world.fallen()), None)
    return {
        "devices": devices,
        "orders": _waiting_orders(world),
        "receipts": [path.stem for path in sorted(world.receipts.glob("*.png"), reverse=True)],
        "fallen": fallen.name if fallen else "",
    }


def _waiting_orders(world: World) -> list[dict[str, Any]]:
    try:
        told = requests.get(f"{world.phone_url}/state", timeout=3).json()
    except (requests.RequestException, ValueError):
        return []
    return [order for order in told["orders"] if order["state"] == "waiting"]


def _do(world: World, persons: dict[str, dict[str, Any]], wish: dict[str, Any]) -> dict[str, Any]:
    """`{"role", "verb", ...}` goes to a far end; cards and codes are named by the person who shows them."""
    role, verb = wish.pop("role"), wish.pop("verb")
    if role not in DEVICES or verb not in VERBS:
        raise ValueError(role)
    if role == "card_reader" and verb == "put":
        wish = {"card": persons[wish["person"]]["card"]}
    if role == "code_scanner" and verb == "put" and "person" in wish:
        wish = {"text": _code(world, wish["person"])}
    with world.control(role) as control:
        return control.send(verb, **wish)


def _code(world: World, person: str) -> str:
    answer = requests.get(
        f"{world.phone_url}/phone/code", params={"person": person}, headers={"Accept": "application/json"}, timeout=3
    )
    return str(answer.json()["code"])
