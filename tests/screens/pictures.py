"""Golden pictures: small, few colours, compared with a tolerance that a moved key or a lost word exceeds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
WIDTHS = {"portrait": 270, "landscape": 400}
LANGS = {"portrait": "zh", "landscape": "en"}  # the dumps hold both languages of both
COLOURS = 24
DIFFERS = 48  # of 255: quantising and other rasterisers stay below
SHARE = 0.0012  # of all pixels that may differ by more


def draw(panel: str, folder: Path, wide: int | None = None) -> None:
    """Draw all samples of one panel in a process of its own. Raises RuntimeError with what it said."""
    command = [sys.executable, "-m", "tests.screens.render", panel, str(wide or WIDTHS[panel]), str(folder)]
    command += [] if wide else [LANGS[panel]]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KIVY_")}
    done = subprocess.run(command, cwd=HERE.parents[1], env=environment, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")


def differing(golden: Path, now: Path) -> float:
    """The share of pixels that differ. Both are blurred a little first: thin strokes are not what is compared."""
    first, second = (Image.open(file).convert("RGB").filter(ImageFilter.BoxBlur(1)) for file in (golden, now))
    if first.size != second.size:
        return 1.0
    channels = ImageChops.difference(first, second).split()
    worst = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    histogram = worst.histogram()
    return sum(histogram[DIFFERS:]) / (first.width * first.height)


def side_by_side(golden: Path, now: Path, target: Path) -> None:
    """Golden, now and their difference in one picture."""
    first, second = Image.open(golden).convert("RGB"), Image.open(now).convert("RGB")
    both = Image.new("RGB", (first.width + second.width + first.width + 20, max(first.height, second.height)), "white")
    both.paste(first, (0, 0))
    both.paste(second, (first.width + 10, 0))
    both.paste(ImageChops.difference(first, second.resize(first.size)), (first.width + second.width + 20, 0))
    both.save(target)


def keep(now: Path, golden: Path) -> None:
    """Store a picture as the golden one, with few colours."""
    golden.parent.mkdir(parents=True, exist_ok=True)
    small = Image.open(now).quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(golden, optimize=True)
