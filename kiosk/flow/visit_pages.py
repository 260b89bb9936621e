"""What a Visit looks like: its page, made from its state alone."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.flow.availability import why_not
from kiosk.flow.frame import bar, error, frame, plain, primary
from kiosk.flow.items import Item, PrintOut
from kiosk.flow.search import find
from kiosk.flow.state import (
    Browsing,
    Case,
    Doing,
    Finished,
    Helping,
    Leaving,
    Offered,
    Surroundings,
    TakeCard,
    Trouble,
    Visit,
    Warning,
)
from kiosk.flow.steps import kind_of
from kiosk.flow.words import Speaker
from kiosk.page import Alert, Button, Clause, Option, Page, Row, Tile

REASONS = ("complicated", "slow", "documents", "mistake", "privacy", "other")


def page(around: Surroundings, visit: Visit) -> Page:
    """The page of a visit that is not over."""
    say = Speaker(around.catalogue.texts, visit.lang)
    if visit.overlay:
        return _overlay(around, visit, say)
    match visit.phase:
        case Browsing(query=None):
            return _home(around, visit, say)
        case Browsing(query=query):
            return _search(around, visit, say, query or "")
        case Offered(item=item):
            return _offer(around, visit, say, item)
        case Finished(left=left):
            return _done(around, visit, say, left)
        case TakeCard():
            shown = frame(around, visit, "card_left", say("card_left.title"), say("card_left.lead"))
            return _only_language(pages.Take(**shown, picture="card", hints=(say("card_left.hint"),)), say)
    assert visit.case is not None
    step = visit.case.item.steps[visit.case.step]
    shown_page = kind_of(step).page(around, visit, step)
    return _late(shown_page, say) if visit.case.stage.late else shown_page


def _late(shown: Page, say: Speaker) -> Page:
    """It takes longer than usual: say so, and offer to leave."""
    alert = Alert("info", say("wait.late"))
    return replace(shown, alert=shown.alert or alert, actions=(*shown.actions, plain(say, "exit", "wait.leave")))


def tiles(around: Surroundings, say: Speaker, items: tuple[Item, ...]) -> tuple[Tile, ...]:
    """Items as tiles; one that cannot be done now says so, with its own alternative."""
    return tuple(_tile(around, say, item) for item in items)


def _tile(around: Surroundings, say: Speaker, item: Item) -> Tile:
    why = why_not(around, item)
    if not why:
        return Tile(item.id, say.text(item.title), say.text(item.summary), item.icon)
    hours = {"from_hour": item.hours.from_hour, "to_hour": item.hours.to_hour}
    reason = say("unavailable.hours", **hours) if why == "hours" else say(f"unavailable.{why}")
    note = f"{reason} {say.text(item.alternative)}"
    return Tile(item.id, say.text(item.title), say.text(item.summary), item.icon, available=False, note=note)


def _home(around: Surroundings, visit: Visit, say: Speaker) -> Page:
    return pages.Home(
        **frame(around, visit, "home", say("home.title"), say("home.lead")),
        tiles=tiles(around, say, around.catalogue.items),
        search=plain(say, "search", "home.search", "search"),
    )


def _search(around: Surroundings, visit: Visit, say: Speaker, query: str) -> Page:
    found = find(around.catalogue, query, visit.lang) if query else ()
    return pages.Search(
        **frame(around, visit, "search", say("search.title"), say("search.lead"), back=True),
        query=query,
        hint=say("search.hint"),
        tiles=tiles(around, say, found),
        empty=say("search.empty") if query else "",
    )


def _offer(around: Surroundings, visit: Visit, say: Speaker, item: Item) -> Page:
    """Before you start: what it costs, how long it takes, what to bring."""
    bring = say("list").join(say.text(thing) for thing in item.bring)
    clauses = (
        Clause(say("offer.bring"), bring),
        Clause(say("offer.minutes"), say("offer.minutes.value", minutes=item.minutes)),
        Clause(say("offer.fee"), say.text(item.fee_note)),
        Clause(say("offer.department"), say.text(item.department)),
    )
    shown = frame(
        around,
        visit,
        f"offer.{item.id}",
        say.text(item.title),
        say.text(item.summary),
        actions=(primary(say, "begin", "offer.begin"),),
        back=True,
    )
    return pages.Consent(**shown, clauses=clauses)


def _done(around: Surroundings, visit: Visit, say: Speaker, left: int) -> Page:
    case = visit.case
    assert case is not None
    rows = [Row(say("done.item"), say.text(case.item.title))]
    if case.result_number.reveal():
        rows.append(Row(say("done.number"), case.result_number))
    hints = [say("done.card")] if visit.card_lies else []
    hints.append(say("done.filed") if case.filing else say("done.thanks"))
    shown = frame(
        around,
        visit,
        "done",
        say("done.title"),
        say("done.lead"),
        actions=(plain(say, "another", "done.another"), primary(say, "finish", "done.finish")),
    )
    return pages.Done(**shown, rows=tuple(rows), hints=tuple(hints), remaining=say("remaining", seconds=left))


# --- overlays -----------------------------------------------------------------------------------------------


def _overlay(around: Surroundings, visit: Visit, say: Speaker) -> Page:
    match visit.overlay:
        case Warning(left=left):
            shown = frame(around, visit, "warning", say("timeout.title"), say("timeout.lead"))
            return _only_language(pages.Timeout(**shown, seconds=left), say)
        case Helping():
            shown = frame(around, visit, "help", say("help.title"), actions=(primary(say, "close", "help.close"),))
            return _only_language(pages.Problem(**shown, hints=_help(visit, say)), say)
        case Leaving():
            return _only_language(_leaving(around, visit, say), say)
        case Trouble() as trouble:
            return _only_language(_trouble(around, visit, say, trouble), say)
    raise AssertionError(visit.overlay)


def _only_language(shown: Page, say: Speaker) -> Page:
    """An overlay has its own ways out: the other fixed keys leave their places empty."""
    return replace(shown, bar=bar(say, visiting=False))


def _help(visit: Visit, say: Speaker) -> tuple[str, ...]:
    where = "help.home" if isinstance(visit.phase, Browsing) else "help.general"
    if visit.case and isinstance(visit.phase, Doing):
        where = f"help.{visit.case.item.steps[visit.case.step].__struct_config__.tag}"
    return (say(where if say.knows(where) else "help.general"), say("help.staff"), say("help.phone"))


def _leaving(around: Surroundings, visit: Visit, say: Speaker) -> Page:
    paid = visit.case if visit.case and visit.case.paid else None
    options = tuple(Option(f"option:{reason}", say(f"leaving.{reason}")) for reason in REASONS)
    shown = frame(
        around,
        visit,
        "leaving",
        say("leaving.title"),
        _money_back(paid, say) if paid else say("leaving.lead"),
        actions=(primary(say, "stay", "leaving.stay"),),
    )
    return pages.Choose(**shown, options=options)


def _trouble(around: Surroundings, visit: Visit, say: Speaker, trouble: Trouble) -> Page:
    actions: tuple[Button, ...] = (plain(say, "finish", "trouble.finish"),)
    if trouble.retry:
        actions += (primary(say, "retry", "trouble.retry"),)
    shown = frame(
        around,
        visit,
        f"trouble.{trouble.family}.{trouble.code}",
        say(f"trouble.{trouble.family}.title"),
        actions=actions,
        alert=error(say, trouble.family, trouble.code),
    )
    return pages.Problem(**shown, hints=_ways_on(visit.case, say, trouble))


def _ways_on(case: Case | None, say: Speaker, trouble: Trouble) -> tuple[str, ...]:
    """What to do now: what the item's author wrote, and what becomes of money already paid."""
    hints: list[str] = []
    if case and trouble.family == "print":
        hints += [say.text(step.without) for step in case.item.steps if isinstance(step, PrintOut)]
    elif case and trouble.family != "print_doubt":
        hints.append(say.text(case.item.alternative))
    if case and case.paid:
        hints.append(_money_back(case, say))
    hints.append(say("help.phone"))
    return tuple(hints)


def _money_back(case: Case, say: Speaker) -> str:
    """While paper is in doubt nobody refunds by machine: a person looks first."""
    return say("print_doubt.money", order=case.order) if case.doubtful else say("leaving.refund")
