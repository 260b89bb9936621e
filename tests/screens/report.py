"""Every sample page on every panel, to look at: `python -m tests.screens.report OUT`, then open OUT/index.html.

Arrow keys turn the pages. A picture that differs from its golden one is framed in red and shown beside it.
"""

from __future__ import annotations

import shutil
import sys
from html import escape
from pathlib import Path

from tests.screens import pictures
from tests.screens.panels import PANELS
from tests.screens.samples import LANGUAGES, NAMES

_HEAD = """<!doctype html><meta charset="utf-8"><title>Screens</title><style>
body{font:15px sans-serif;margin:16px;background:#ddd}nav a{margin-right:10px}section{display:none}
section:target{display:block}figure{display:inline-block;margin:6px;vertical-align:top}
figcaption{font-size:13px;margin-bottom:4px}img{max-height:82vh;max-width:46vw}.differs img{outline:4px solid #c00}
</style><script>
const go=d=>{const s=[...document.querySelectorAll('section')].map(x=>x.id);
const i=s.indexOf(location.hash.slice(1));location.hash=s[(i+d+s.length)%s.length]};
onkeydown=e=>{if(e.key==='ArrowRight')go(1);if(e.key==='ArrowLeft')go(-1)};
onload=()=>{if(!location.hash)go(1)}
</script>"""


def report(out: Path) -> int:
    """Write the report; the number of pictures that differ from their golden ones is returned."""
    out.mkdir(parents=True, exist_ok=True)
    for panel in PANELS:
        pictures.draw(panel, out / panel, wide=PANELS[panel][0] // 2)
    small = out / "small"
    differs: set[tuple[str, str]] = set()
    for panel in pictures.WIDTHS:
        pictures.draw(panel, small / panel)
        for now in (small / panel).glob("*.png"):
            golden = pictures.GOLDEN / panel / now.name
            if not golden.exists() or pictures.differing(golden, now) > pictures.SHARE:
                differs.add((panel, now.stem))
                if golden.exists():
                    pictures.side_by_side(golden, now, out / panel / f"differs-{now.name}")
    shutil.rmtree(small)
    sections = [_section(name, lang, differs) for name in NAMES for lang in LANGUAGES]
    links = " ".join(f'<a href="#{name}-{lang}">{escape(name)} {lang}</a>' for name in NAMES for lang in LANGUAGES)
    (out / "index.html").write_text(f"{_HEAD}<nav>{links}</nav>{''.join(sections)}", encoding="utf-8")
    return len(differs)


def _section(name: str, lang: str, differs: set[tuple[str, str]]) -> str:
    figures = []
    for panel in PANELS:
        wrong = (panel, f"{name}-{lang}") in differs
        figures.append(_figure(panel, f"{panel}/{name}-{lang}.png", wrong))
        if wrong:
            figures.append(_figure(f"{panel}: golden, now, difference", f"{panel}/differs-{name}-{lang}.png", False))
    return f'<section id="{name}-{lang}">{"".join(figures)}</section>'


def _figure(caption: str, source: str, wrong: bool) -> str:
    style = ' class="differs"' if wrong else ""
    return f'<figure{style}><figcaption>{escape(caption)}</figcaption><img loading="lazy" src="{source}"></figure>'


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.screens.report OUT")
    count = report(Path(sys.argv[1]))
    print(f"{sys.argv[1]}/index.html: {count} of the golden pictures differ")
