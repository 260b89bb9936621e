"""Design tokens: colours, type scale, spacing and touch sizes. Lengths are millimetres on the glass.

The masthead (deep teal) says where you are; the paper (warm white) holds what you do; amber marks the one thing to
look at. Tests check every text colour against what it stands on (>= 4.5) and every size against its floor.
"""

from __future__ import annotations

from typing import Literal

from kiosk.page import Tone

Role = Literal["giant", "display", "title", "heading", "body", "small", "fine"]

# --- colours (sRGB, #rrggbb) --------------------------------------------------------------------------------
PAPER = "#f6f4ef"
CARD = "#ffffff"
SUNKEN = "#ebe8e1"  # what cannot be used now
INK = "#17252a"
INK_SOFT = "#4b5a60"
INK_OFF = "#5c676c"
LINE = "#d8d4ca"  # between things
EDGE = "#7d8a8e"  # of things one can touch: >= 3:1 on paper
TEAL = "#0b5c63"
TEAL_DEEP = "#08474d"
TEAL_SHADE = "#0a5359"  # decoration on teal
TEAL_TINT = "#e0efee"
ON_TEAL = "#ffffff"
ON_TEAL_SOFT = "#cfe6e4"
TEAL_LINE = "#3d858a"
AMBER = "#ffc34d"
AMBER_TINT = "#fff1d1"
AMBER_INK = "#6b4300"
RED = "#a8281b"
RED_TINT = "#fde9e6"
GREEN = "#1c6a3a"
GREEN_TINT = "#e2f2e6"

TONES: dict[Tone, tuple[str, str, str]] = {  # ink, ground, icon
    "info": (TEAL_DEEP, TEAL_TINT, "info"),
    "success": (GREEN, GREEN_TINT, "circle-check"),
    "warning": (AMBER_INK, AMBER_TINT, "triangle-alert"),
    "error": (RED, RED_TINT, "octagon-alert"),
}

# --- type: em in mm. Noto Sans CJK has capitals of 0.733 em, so 10 mm is 0.7 degrees at 600 mm -------------
EM: dict[Role, float] = {
    "giant": 48.0,
    "display": 20.0,
    "title": 15.0,
    "heading": 11.5,
    "body": 10.0,
    "small": 8.0,
    "fine": 7.0,
}
PITCH: dict[Role, float] = {
    "giant": 1.3,
    "display": 1.3,
    "title": 1.3,
    "heading": 1.35,
    "body": 1.45,
    "small": 1.4,
    "fine": 1.35,
}
BODY_FLOOR_MM = 10.0
TEXT_FLOOR_MM = 6.5
CONTRAST_FLOOR = 4.5

# --- touch --------------------------------------------------------------------------------------------------
TARGET_MM = 20.0
PAD_KEY_MM = 15.0
GAP_MM = 3.0
REPEAT_S = 0.3  # a second tap on the same key within this time is tremor
PAD_REPEAT_S = 0.12  # on the pad 11 and 00 are meant: only a bounce is dropped
REACH_MM = 1220.0  # above the floor, source: EN 301 549 clause 8.3
PANEL_BOTTOM_MM = 700.0  # height of the panel's lower edge above the floor

# --- spacing and shape --------------------------------------------------------------------------------------
MARGIN = 14.0
GAP = 5.0
PAD = 7.0
RADIUS = 4.0
HAIR = 0.35
STROKE = 0.6
BANNER = 11.0
BAR_KEY = 20.5
BAR_PAD = 4.0
ACTION = 24.0
