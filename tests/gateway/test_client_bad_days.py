"""The real sandbox on a bad day: whatever it does, the client answers in time with a word the kiosk knows."""

from __future__ import annotations

import gc
import logging
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk import platform
from kiosk.bench.authority import Authority
from kiosk.config import Tls
from kiosk.gateway.client import Client
from kiosk.platform import Refusal, Unreachable
from kiosk.secret import Secret

RESIDENCE = "residence-endorsement"


def every_call(client: Client, card: Any) -> list[Callable[[], Any]]:
    subject, number = Secret("subject-of-nobody"), Secret("SAMPLE-0")
    return [
        lambda: client.ask(platform.IdentifyCard(card("lin-xiaoman"))),
        lambda: client.ask(platform.AddCode(subject, Secret("CODE"))),
        lambda: client.ask(platform.GetPrefill(subject, RESIDENCE, ("name",))),
        lambda: client.ask(platform.PreReview(subject, RESIDENCE, ())),
        lambda: client.ask(platform.FetchNotice(subject, RESIDENCE, ())),
        lambda: client.ask(platform.SendRating(subject, RESIDENCE, number, 5)),
        lambda: client.open_order("o-1", RESIDENCE, "1", 1000, b"sealed"),
        lambda: client.query_order("o-1"),
        lambda: client.reverse_order("o-1"),
        lambda: client.refund_order("o-1", "r-1"),
        lambda: client.open_filing("f-1", RESIDENCE, "1", b"sealed", ""),
        lambda: client.query_filing("f-1"),
    ]


def test_a_platform_in_trouble_is_unreachable_by_every_call(sandbox: Any, card: Any) -> None:
    client = sandbox.client()
    sandbox.fault("status", times=0, status=502)
    assert [call() for call in every_call(client, card)] == [Unreachable("SERVER")] * 12
    assert not client.healthy()
    sandbox.robot("DELETE", "/faults")
    assert client.healthy()


def test_an_answer_that_breaks_the_contract_is_no_answer(sandbox: Any, card: Any) -> None:
    client = sandbox.client()
    for _ in range(5):  # the fault breaks it in five ways
        sandbox.fault("break_contract", times=5)
        broken = [client.ask(platform.IdentifyCard(card("lin-xiaoman"))) for _ in range(5)]
        assert broken == [Unreachable("CONTRACT")] * 5
    assert isinstance(client.ask(platform.IdentifyCard(card("lin-xiaoman"))), platform.Identified)


def test_a_late_answer_is_a_timeout_and_the_next_call_is_not_confused_by_it(sandbox: Any, card: Any) -> None:
    client = sandbox.client(seconds=1.5)
    sandbox.fault("slow", seconds=20)
    assert client.ask(platform.IdentifyCard(card("lin-xiaoman"))) == Unreachable("TIMEOUT")
    found = client.ask(platform.IdentifyCard(card("wang-yan")))
    assert isinstance(found, platform.Identified)
    assert found.person.name.reveal() == "王䶮𬭎"


def test_a_trickling_answer_does_not_outlive_the_deadline(sandbox: Any) -> None:
    """Each byte comes in time, the whole would be right: only a total deadline says no."""
    client = sandbox.client(seconds=0.4)
    sandbox.fault("trickle", seconds=0.05)
    assert client.query_order("o-none") == Unreachable("TIMEOUT")


def test_a_huge_answer_is_cut_off(sandbox: Any) -> None:
    client = sandbox.client()
    client.healthy()
    sandbox.fault("huge")
    tracemalloc.start()
    try:
        assert client.query_order("o-none") == Unreachable("CONTRACT")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 << 20


def test_a_dropped_answer_on_a_kept_connection_is_asked_for_once_more(sandbox: Any) -> None:
    client = sandbox.client()
    assert client.healthy()
    sandbox.fault("drop_answer", "/v1/orders")
    assert client.query_order("o-none").state == "absent"
    sandbox.fault("drop_answer", "/v1/orders", times=2)
    assert client.query_order("o-none") == Unreachable("CONNECTION")


def test_a_one_use_code_is_never_sent_twice(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "wang-yan")
    code = Secret(sandbox.robot("GET", "/phone/code?person=wang-yan")["code"])
    sandbox.fault("drop_answer", "/v1/assurances", times=5)
    assert client.ask(platform.AddCode(subject, code)) == Unreachable("CONNECTION")
    assert sandbox.robot("GET", "/faults")[-1]["hits"] == 1


def test_a_fault_that_makes_no_sense_is_said_plainly(sandbox: Any) -> None:
    assert "mode" in sandbox.robot("POST", "/faults", {"path": "/v1/orders", "mode": "explode"})["error"]
    assert "path" in sandbox.robot("POST", "/faults", {"path": "/phone", "mode": "slow"})["error"]


# --- who may talk to whom -----------------------------------------------------------------------------------


def test_a_terminal_of_another_authority_is_not_let_in(sandbox: Any, tmp_path: Any, card: Any) -> None:
    foreign = Authority.create(tmp_path)
    certificate, key = foreign.issue("kiosk-000001", "client")
    settings = sandbox.settings()
    stranger = Client(replace(settings, tls=Tls(settings.tls.ca, str(certificate), str(key))), "kiosk-000001")
    assert {repr(call()) for call in every_call(stranger, card)} == {"Unreachable(code='CONNECTION')"}


def test_a_server_certificate_opens_no_client_connection(sandbox: Any) -> None:
    certificate, key = sandbox.authority.issue("platform")
    settings = sandbox.settings()
    stranger = Client(replace(settings, tls=Tls(settings.tls.ca, str(certificate), str(key))), "platform")
    assert not stranger.healthy()


def test_a_terminal_cannot_speak_for_another(sandbox: Any, card: Any) -> None:
    liar = Client(sandbox.settings("kiosk-000002"), "kiosk-000001")
    assert liar.ask(platform.IdentifyCard(card("lin-xiaoman"))) == Refusal("TERMINAL")
    assert liar.query_order("o-none") == Unreachable("CONTRACT")
    assert not liar.healthy()


def test_the_environment_changes_nothing(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    assert sandbox.client().healthy()


def test_a_config_without_https_or_certificates_is_refused_at_the_start(sandbox: Any) -> None:
    settings = sandbox.settings()
    with pytest.raises(ValueError, match="https"):
        Client(replace(settings, url="http://127.0.0.1:1"), "kiosk-000001")
    with pytest.raises(OSError, match="No such file"):
        Client(replace(settings, tls=replace(settings.tls, ca="/nowhere.pem")), "kiosk-000001")


def test_the_log_tells_what_failed_and_nothing_of_whom(sandbox: Any, card: Any, caplog: Any, capsys: Any) -> None:
    caplog.set_level(logging.DEBUG)
    client = sandbox.client()
    sandbox.identify(client, "wang-yan")
    sandbox.fault("break_contract", times=3)
    for call in every_call(client, card):
        call()
    ours = capsys.readouterr().err
    assert '"call": "identifications", "reason": "CONTRACT"' in ours
    assert '"call": "health"' not in ours  # asked every few seconds: its changes alone are told, by the pulse
    text = ours + "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    for personal in ("王䶮𬭎", "林小满", "340199199205180022", "310199198502120114", "subject-of-nobody", "o-1"):
        assert personal not in text


@pytest.mark.parametrize("mode", ["slow", "drop_answer", "status", "break_contract", "huge"])
def test_a_failed_call_leaves_no_request_behind(sandbox: Any, card: Any, mode: str) -> None:
    """A failed call's frames and exception hold each other and the request's body: nobody waits for the collector."""
    client = sandbox.client(seconds=0.5)
    sandbox.fault(mode, seconds=20)
    gc.collect()
    gc.disable()
    try:
        assert isinstance(client.ask(platform.IdentifyCard(card("lin-xiaoman"))), Unreachable)
        client.forget()
        left = [found for found in gc.get_objects() if type(found).__name__ in ("PreparedRequest", "HTTPResponse")]
        assert len(left) == 0
    finally:
        gc.enable()
