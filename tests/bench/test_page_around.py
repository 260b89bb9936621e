"""What a person does around the terminal, done on the page in a real Chromium; the far ends tell what came of it."""

from __future__ import annotations

import itertools
from typing import Any

import requests

import drivers
from kiosk import platform
from kiosk.bench.world import TERMINAL, World
from kiosk.config import Platform, Tls
from kiosk.devices import Card, Print, Printed
from kiosk.document import Document, Line, Pair
from kiosk.gateway.client import Client
from kiosk.gateway.sandbox import people
from kiosk.gateway.sandbox.services import property_register
from kiosk.ledger.seal import seal
from kiosk.secret import Secret
from tests.bench.browser import Browser, wait_until

OWNER = "wang-yan"
_numbers = itertools.count(1)


def far_end(bench: Any, role: str) -> dict[str, Any]:
    with bench.world.control(role) as control:
        return dict(control.send("state"))


def print_receipt(world: World, title: str) -> None:
    """As the kiosk would: the field's driver on the printer's cable."""
    driver = drivers.load("escpos_printer", f"serial:{world.dir / 'receipt_printer'}.tty?baud=115200")
    driver.open()
    try:
        heard = list(driver.do(Print(Document(title, (Line("样例"), Pair("编号", f"{next(_numbers)}"))))))
        wait_until("it is printed", lambda: heard.extend(driver.poll()) or Printed() in heard)
    finally:
        driver.close()


def open_order(world: World) -> str:
    """An order as a visit would open it: identified by card, a fee to pay. Returns its id."""
    assert world.authority is not None
    certificate, key = world.authority.issue(TERMINAL, "client")
    tls = Tls(str(world.authority.ca), str(certificate), str(key))
    client = Client(Platform(world.platform_url, tls, str(world.authority.seal_public), True, 10.0), TERMINAL)
    owner = people.load()[OWNER]
    fields = ("number", "name", "birth", "sex", "nation", "address", "issuer", "valid_from", "valid_to", "english_name")
    identified = client.ask(
        platform.IdentifyCard(Card(owner.card.kind, *(Secret(getattr(owner.card, field)) for field in fields)))
    )
    assert isinstance(identified, platform.Identified), identified
    subject = identified.person.subject
    code = requests.get(f"{world.phone_url}/phone/code?person={OWNER}", headers={"Accept": "application/json"}).json()
    assert isinstance(client.ask(platform.AddCode(subject, Secret(code["code"]))), platform.Identified)
    values = {"property": property_register.handle(owner.properties[0]), "purpose": "school"}
    typed = platform.Text("样例", "sample")
    form = tuple(platform.Value(field, Secret(value), "typed", typed) for field, value in values.items())
    id = f"bench-{next(_numbers)}-1"
    payload = platform.payload(subject, form).reveal().encode()
    sealed = seal(world.authority.seal_public.read_bytes(), payload, id.encode())
    assert client.open_order(id, "property-register-query", "1", 1000, sealed).state == "waiting"
    client.forget()
    return id


# --- cards and codes ------------------------------------------------------------------------------------------


def test_a_card_is_laid_exchanged_and_taken_away(bench: Any, browser: Browser) -> None:
    browser.click("[data-person=lin-xiaoman] button", "Lay card")
    browser.sees("#device-card_reader .says", "林小满’s card lies on it")
    assert far_end(bench, "card_reader")["card"] is True

    browser.click("[data-person=zhou-guilan] button", "Lay card")
    browser.sees("#device-card_reader .says", "周桂兰’s card lies on it")

    browser.click("[data-person=zhou-guilan] button", "Take card")
    browser.sees("#device-card_reader .says", "No card lies on it")
    assert far_end(bench, "card_reader")["card"] is False


def test_a_card_that_came_another_way_is_nobodys(bench: Any, browser: Browser) -> None:
    with bench.world.control("card_reader") as control:
        control.send("put", sample="moved-house")
    browser.sees("#device-card_reader .says", "A card lies on it")
    browser.click("#device-card_reader button", "Take card")
    browser.sees("#device-card_reader .says", "No card lies on it")


def test_a_code_is_held_up_and_put_away(bench: Any, browser: Browser) -> None:
    browser.click("[data-person=anna-sample] button", "Show code")
    browser.sees("#device-code_scanner .says", "holds up a code")
    assert far_end(bench, "code_scanner")["code"] is True
    browser.click("[data-person=anna-sample] button", "Put away")
    browser.sees("#device-code_scanner .says", "Nothing is held")


# --- devices --------------------------------------------------------------------------------------------------


def test_a_plug_is_pulled_and_put_back(bench: Any, browser: Browser) -> None:
    browser.click("#device-code_scanner button", "Unplug")
    browser.sees("#device-code_scanner .pill", "Unplugged")
    assert not (bench.world.dir / "code_scanner.tty").exists()
    browser.click("#device-code_scanner button", "Plug in")
    browser.sees("#device-code_scanner .pill", "Plugged in")
    assert (bench.world.dir / "code_scanner.tty").exists()


def test_the_cover_opens_and_closes(bench: Any, browser: Browser) -> None:
    browser.click("#device-receipt_printer button", "Open cover")
    browser.sees("#device-receipt_printer .pill", "Cover open")
    assert far_end(bench, "receipt_printer")["cover"] is True
    browser.click("#device-receipt_printer button", "Close cover")
    browser.sees("#device-receipt_printer .pill", "Plugged in")


def test_the_roll_runs_low_and_out(bench: Any, browser: Browser) -> None:
    for key, pill, paper in (("Low", "Paper low", "low"), ("Out", "Out of paper", "out"), ("Full", "Plugged", "full")):
        browser.click("#device-receipt_printer .group button", key)
        browser.sees("#device-receipt_printer .pill", pill)
        assert far_end(bench, "receipt_printer")["paper"] == paper


def test_every_fault_on_the_page_is_one_that_the_far_end_has(bench: Any, browser: Browser) -> None:
    choose = """const list = document.querySelector(`#device-${arguments[0]} select`);
        list.value = arguments[1]; list.dispatchEvent(new Event("change"));"""
    for role in ("card_reader", "code_scanner", "receipt_printer"):
        offered = browser.script(f"return [...document.querySelectorAll('#device-{role} option')].map(o => o.value)")
        assert len(offered) > 5
        with bench.world.control(role) as control:
            for mode in offered:
                control.send("fail", mode=mode)
        browser.script(choose, role, "slow")
        wait_until(
            "the fault is set", lambda role=role: far_end(bench, role)["fault"] == {"mode": "slow", "seconds": 2}
        )
        browser.sees(f"#device-{role} .pill", "Faulty")
        browser.script(choose, role, "none")
        wait_until("the fault is gone", lambda role=role: far_end(bench, role)["fault"]["mode"] == "none")


def test_a_refusal_is_a_sentence(browser: Browser) -> None:
    browser.script("import('/static/wish.js').then(page => page.wish('receipt_printer', 'take'))")
    browser.sees("#trouble", "The printer says: no paper to take.")
    browser.click("#trouble button")
    assert browser.script("return document.getElementById('trouble').hidden")


# --- paper and money ------------------------------------------------------------------------------------------


def test_receipts_come_as_pictures_newest_first_until_they_are_taken(bench: Any, browser: Browser) -> None:
    print_receipt(bench.world, "样例回执一")
    print_receipt(bench.world, "样例回执二")
    drawn = "return [...document.querySelectorAll('#receipts img')].filter(one => one.naturalWidth > 0).length"
    wait_until("both pictures", lambda: browser.script(drawn) == 2)
    said = "return [...document.querySelectorAll('#receipts span')].map(e => e.textContent)"
    assert browser.script(said) == ["Receipt 2 · in the slot", "Receipt 1 · in the slot"]
    browser.click("#take", "Take the paper (2)")
    browser.sees("#receipts span", "Receipt 1 · taken")
    assert browser.script(said) == ["Receipt 2 · in the slot", "Receipt 1 · taken"]
    browser.click("#take")
    browser.sees("#receipts span", "Receipt 2 · taken")


def test_an_order_waits_with_its_phone_page_until_it_is_paid(bench: Any, browser: Browser) -> None:
    open_order(bench.world)
    browser.sees("#orders .amount", "¥10.00")
    phone = browser.script("return document.querySelector('#orders a').href")
    page = requests.get(phone, timeout=5)
    assert "¥10.00" in page.text and "沙盒" in page.text
    requests.post(f"{bench.world.phone_url}/phone/pay", json={"order": phone.rpartition("=")[2]}, timeout=5)
    wait_until("nothing to pay", lambda: not browser.script("return document.querySelectorAll('#orders li').length"))


# --- nothing moves --------------------------------------------------------------------------------------------


def test_looking_again_touches_nothing_that_did_not_change(browser: Browser) -> None:
    """A page that draws itself anew each second takes the focus and the opened list out of a hand."""
    browser.script(
        """window.changes = 0;
        new MutationObserver(found => window.changes += found.length)
            .observe(document.body, {subtree: true, childList: true, characterData: true});
        performance.clearResourceTimings();
        document.querySelector("[data-person=ma-lixin] button").focus();"""
    )
    looks = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/state')).length"
    wait_until("two more looks", lambda: browser.script(looks) >= 2)
    assert browser.script("return window.changes") == 0
    assert browser.script("return document.activeElement.closest('li').dataset.person") == "ma-lixin"
