"""What every page of a visit has in common: the place, the progress line, the fixed keys."""

from __future__ import annotations

from typing import TypedDict

from kiosk.flow.state import Case, Surroundings, Visit
from kiosk.flow.words import Speaker
from kiosk.page import Alert, Button, Lang, Steps
from kiosk.secret import Words


class Frame(TypedDict):
    lang: Lang
    question: str
    place: str
    banner: str
    title: str
    lead: Words
    steps: Steps | None
    alert: Alert | None
    bar: tuple[Button, ...]
    actions: tuple[Button, ...]


def frame(
    around: Surroundings,
    visit: Visit,
    question: str,
    title: str,
    lead: Words = "",
    *,
    actions: tuple[Button, ...] = (),
    alert: Alert | None = None,
    back: bool = False,
) -> Frame:
    """The shared fields of a Page. `question` names what is asked, within the case's step."""
    say = Speaker(around.catalogue.texts, visit.lang)
    where = f"{visit.id}.{visit.case.item.id}.{visit.case.step}" if visit.case else str(visit.id)
    return Frame(
        lang=visit.lang,
        question=f"{where}.{question}",
        place=around.place.say(visit.lang),
        banner=say("banner.sandbox") if around.sandbox else "",
        title=title,
        lead=lead,
        steps=_steps(say, visit.case) if visit.case else None,
        alert=alert,
        bar=bar(say, back=back),
        actions=actions,
    )


def bar(say: Speaker, *, back: bool = False, visiting: bool = True) -> tuple[Button, ...]:
    """The fixed keys. The language key is named in the *other* language, so that whoever needs it can read it."""
    keys = [Button("back", say("bar.back"), "arrow-left", "quiet")] if back else []
    if visiting:
        keys.append(Button("exit", say("bar.exit"), "log-out", "quiet"))
        keys.append(Button("help", say("bar.help"), "circle-question-mark", "quiet"))
    keys.append(Button("language", say("bar.language"), "languages", "quiet"))
    return tuple(keys)


def primary(say: Speaker, key: str, text: str, icon: str = "") -> Button:
    return Button(key, say(text), icon, "primary")


def plain(say: Speaker, key: str, text: str, icon: str = "") -> Button:
    return Button(key, say(text), icon)


def error(say: Speaker, family: str, code: str) -> Alert:
    """What went wrong and what to do next, with the code small for staff."""
    return Alert("error", say.code(family, code), code)


def _steps(say: Speaker, case: Case) -> Steps | None:
    if not 0 <= case.step < len(case.item.steps):
        return None
    names = tuple(step.title.say(say.lang) for step in case.item.steps)
    return Steps(say("steps.label", at=case.step + 1, of=len(names)), names, case.step)
