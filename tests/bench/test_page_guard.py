"""Who may change the world through the page, and that nothing in it becomes a script."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from kiosk.bench import people
from kiosk.bench.display import Display
from kiosk.bench.page.around import Around
from kiosk.bench.world import World
from tests.bench.browser import Browser

WISH = {"role": "card_reader", "verb": "put", "person": "lin-xiaoman"}
OURS = {"X-Bench": "1"}


def card_lies_there(bench: Any) -> bool:
    with bench.world.control("card_reader") as control:
        return bool(control.send("state")["card"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Bench": "1", "Origin": "https://elsewhere.invalid"},
        {"X-Bench": "1", "Origin": "null"},
        {"X-Bench": "1", "Host": "elsewhere.invalid"},
    ],
)
def test_a_foreign_page_changes_nothing(bench: Any, headers: dict[str, str]) -> None:
    answer = requests.post(f"{bench.url}/do", json=WISH, headers=headers, timeout=5)
    assert answer.status_code in (400, 403)
    assert not card_lies_there(bench)


@pytest.mark.parametrize(
    "wish",
    [
        {"role": "card_reader"},
        {"role": "sandbox", "verb": "put"},
        {"role": "card_reader", "verb": "state"},
        {"role": "receipt_printer", "verb": "put", "person": "lin-xiaoman"},
        {"role": "kiosk", "verb": "fail"},
        ["card_reader"],
    ],
)
def test_a_wish_that_the_bench_does_not_know_is_refused(bench: Any, wish: Any) -> None:
    answer = requests.post(f"{bench.url}/do", json=wish, headers=OURS, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("The bench does not know")


def test_a_person_who_does_not_exist_has_no_card(bench: Any) -> None:
    answer = requests.post(f"{bench.url}/do", json={**WISH, "person": "nobody"}, headers=OURS, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (409, "This person is not in the sample data.")


@pytest.mark.parametrize("name", ["..%2fkiosk", "%2e%2e/kiosk", "receipt-0099"])
def test_only_receipts_are_served_as_receipts(bench: Any, name: str) -> None:
    assert requests.get(f"{bench.url}/receipts/{name}.png", timeout=5).status_code == 404


def test_a_script_in_a_name_is_a_name(bench: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name full of markup reaches the page as /about would bring it, and stays text."""
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    monkeypatch.setattr(people, "load", lambda: {"evil": {"card": {"name": evil}, "note": {"zh": evil, "en": evil}}})
    about = Around(World(bench.world.dir, (1080, 1920)), Display("", [])).about()
    assert about["people"][0]["name"] == evil
    browser.script("return import('/static/people.js').then(page => page.build(arguments[0]))", about)
    browser.sees("#people .name", evil)
    assert browser.script("return document.querySelectorAll('#people img, #people script').length") == 0
    assert "owned" not in browser.script("return document.title")
    browser.open(bench.url)


def test_the_page_lets_no_foreign_script_run(bench: Any) -> None:
    policy = requests.get(bench.url, timeout=5).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';") and "unsafe" not in policy
