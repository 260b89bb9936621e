"""Make the icon font: `npm pack lucide-static && tar xf lucide-static-*.tgz && python -m screens.icons.build package`.

Takes the icons named in flows/shared/icons.txt out of Lucide's own font and writes icons.ttf and icons.json
(name -> code point), which are committed. Needs fonttools, for whoever changes the set; a terminal does not run this.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from fontTools import subset  # type: ignore[import-untyped]

HERE = Path(__file__).parent
NAMES = HERE.parents[1] / "flows" / "shared" / "icons.txt"


def build(package: Path) -> None:
    """`package` is an unpacked lucide-static. A name that it does not have stops with KeyError."""
    points = json.loads((package / "font" / "codepoints.json").read_text(encoding="utf-8"))
    wanted = {name: points[name] for name in NAMES.read_text(encoding="utf-8").split()}
    options: Any = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 5, 13, 14]
    font = subset.load_font(package / "font" / "lucide.ttf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted.values())
    subsetter.subset(font)
    subset.save_font(font, HERE / "icons.ttf", options)
    (HERE / "icons.json").write_text(json.dumps(wanted, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
