"""The screen process: `python -m screens --fd N --width PX --height PX --diagonal INCHES`.

Started by the kiosk alone, with its end of a socket pair as descriptor N. Ends with 0 when told to quit, 3 when
the kiosk sent what is no message, 4 when the kiosk is gone, 70 on an error of its own.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
import traceback
from math import hypot

from screens import guard

QUIT, BROKEN_LINK, KIOSK_GONE, FAILED = 0, 3, 4, 70


def main() -> int:
    options = _options()
    guard.leave_no_core()
    if not options.mirror:
        guard.refuse_inspection()
    if not guard.die_with(options.parent):
        return KIOSK_GONE
    os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"  # a signal ends the process; SDL would make it a window event
    os.environ["SDL_MOUSE_FOCUS_CLICKTHROUGH"] = "1"  # SDL swallows the tap that finds a fresh window unfocused
    faulthandler.enable()

    from screens.kivy_setup import prepare

    prepare(options.width, options.height, options.fullscreen)
    return _run(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m screens", description="The kiosk's screen process.")
    parser.add_argument("--fd", type=int, required=True, help="inherited socket to the kiosk")
    parser.add_argument("--parent", type=int, required=True, help="process id of the kiosk")
    parser.add_argument("--width", type=int, required=True, help="pixels")
    parser.add_argument("--height", type=int, required=True, help="pixels")
    parser.add_argument("--diagonal", type=float, required=True, help="inches")
    parser.add_argument("--fullscreen", action="store_true")
    parser.add_argument("--mirror", metavar="SOCKET", help="tests and demo: tell which targets stand where")
    return parser.parse_args()


def _run(options: argparse.Namespace) -> int:
    from kivy.config import Config

    # Without a window manager a borderless window of the panel's size covers it; SDL's full screen would wait for one.
    Config.set("graphics", "fullscreen", "0")
    Config.set("graphics", "window_state", "hidden")  # until the first page is drawn
    Config.set("graphics", "maxfps", "0")  # our loop waits; Kivy's clock must not sleep on top

    from kivy.base import EventLoop

    from kiosk.events import ScreenEvent
    from kiosk.screen_link import Happened, LinkError
    from screens.link import KioskGone, Link
    from screens.loop import Loop
    from screens.mirror import Mirror
    from screens.stage import Stage

    link = Link(options.fd)

    def emit(event: ScreenEvent) -> None:
        link.send(Happened(event))

    EventLoop.ensure_window()
    px_per_mm = hypot(options.width, options.height) / (options.diagonal * 25.4)
    stage = Stage(emit, px_per_mm, (options.width, options.height))
    EventLoop.window.add_widget(stage)
    mirror = Mirror(options.mirror) if options.mirror else None
    try:
        Loop(EventLoop.window, link, stage, mirror).run()
    except KioskGone:
        return KIOSK_GONE
    except LinkError as error:
        print(f"screen: {error}", file=sys.stderr)
        return BROKEN_LINK
    return QUIT


def _report(error: BaseException) -> None:
    """Where it failed and the error's class: its text may hold what stood on the page."""
    where = "".join(f"  {at.filename}:{at.lineno} in {at.name}\n" for at in traceback.extract_tb(error.__traceback__))
    print(f"screen: {type(error).__name__}\n{where}", end="", file=sys.stderr)


if __name__ == "__main__":
    try:
        code = main()
    except Exception as error:
        _report(error)
        code = FAILED
    sys.stderr.flush()
    os._exit(code)  # nothing to save: the memory goes back to the kernel at once
