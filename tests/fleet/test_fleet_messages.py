"""What terminal and fleet say to each other: nothing personal can, nothing malformed does."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import devices, effects
from kiosk.fleet import messages
from kiosk.fleet.messages import (
    MAX_ENTRIES,
    MAX_MESSAGE,
    Ack,
    Alert,
    Batch,
    Birth,
    Device,
    Dropped,
    Entry,
    Heartbeat,
    MessageError,
    Presence,
    Terminal,
    Usage,
    batch,
    decode,
    encode,
    fields,
)
from kiosk.fleet.messages.topics import UP_KINDS, acknowledgements, is_terminal, parse_up, up
from kiosk.flow.items import AnyStep

# Invented people and numbers, in every shape a personal value has at a terminal.
PERSONAL = [
    "张三",
    "买买提·吐尔逊",
    "Zhang San",
    "SMITH, JOHN",
    "310101199001011234",
    "11010119900307803X",
    "310101900101123",
    "USA110019900101",
    "H08283204",
    "13800138000",
    "+86 138 0013 8000",
    "19900101",
    "1990-01-01",
    "6222020200112233445",
    "沪A12345",
    "上海市黄浦区人民大道200号",
    "zhang.san@example.org",
]

EPOCH = st.text("0123456789abcdef", min_size=32, max_size=32)
COUNT = st.integers(0, 2**31 - 1)
ITEM = st.from_regex(r"\A[a-z]{1,8}(-[a-z]{1,8}){0,2}\Z")
CODE = st.from_regex(r"\A[A-Z]{2,8}(_[A-Z]{1,8}){0,2}\Z") | st.just("")
ROLE = st.sampled_from(get_args(fields.RoleName))
FAULT = st.sampled_from(get_args(fields.FaultCode))
VERSION = st.text("0123456789abcdef", min_size=12, max_size=12)
STATE = st.sampled_from(get_args(fields.TerminalState))

EVENT = st.one_of(
    st.builds(
        Usage,
        item=ITEM,
        version=VERSION,
        outcome=st.sampled_from(["done", "gave_up", "timed_out", "failed"]),
        reason=CODE,
        step=st.sampled_from(["", "pay", "print"]),
        duration_ms=COUNT,
        lang=st.sampled_from(["zh", "en"]),
        grade=st.integers(0, 5),
        fields_shown=COUNT,
        fields_prefilled=COUNT,
        reviewed=st.sampled_from(["", "passed", "found"]),
        accepted_first=st.booleans(),
    ),
    st.builds(
        Alert,
        role=ROLE,
        code=FAULT,
        raised=st.booleans(),
        severity=st.sampled_from(get_args(fields.SeverityName)),
        attention=st.sampled_from(get_args(fields.AttentionName)),
    ),
    st.builds(Terminal, state=STATE),
    st.builds(Dropped, reason=st.sampled_from(["full", "damaged"]), count=COUNT),
)
ENTRY = st.builds(Entry, at=st.integers(0, 4_102_444_800_000), boot=EPOCH, event=EVENT)
DEVICE = st.builds(
    Device,
    condition=st.sampled_from(get_args(fields.ConditionName)),
    faults=st.lists(FAULT, max_size=3).map(tuple),
    paper=st.sampled_from(get_args(fields.LevelName)),
)
BIRTH = st.builds(
    Birth,
    boot=EPOCH,
    session=COUNT,
    app=st.just("1.8.2"),
    os=st.just("2026.11.1"),
    hardware=st.just("GS-200/rev3"),
    catalogue=st.text("0123456789abcdef", min_size=64, max_size=64),
    items=st.dictionaries(ITEM, VERSION, max_size=4),
    drivers=st.dictionaries(ROLE, st.just("idcard_serial"), max_size=3),
    heartbeat_seconds=COUNT,
)
HEARTBEAT = st.builds(
    Heartbeat,
    boot=EPOCH,
    beat=COUNT,
    uptime=COUNT,
    state=STATE,
    devices=st.dictionaries(ROLE, DEVICE, max_size=3),
    waiting=COUNT,
)
PRESENCE = st.builds(Presence, state=st.sampled_from(["on", "off", "lost"]), boot=EPOCH, session=COUNT)
ACK = st.builds(Ack, epoch=EPOCH, upto=st.integers(0, 10**12))
KINDS = (Birth, Presence, Heartbeat, Batch, Entry, Ack)


@given(BIRTH | HEARTBEAT | PRESENCE | ENTRY | ACK)
def test_a_message_comes_back_as_it_went(message: Any) -> None:
    assert decode(encode(message), type(message)) == message


@given(EPOCH, st.lists(ENTRY, min_size=1, max_size=5), st.integers(1, 10**6))
def test_a_batch_comes_back_as_it_went(epoch: str, entries: list[Entry], first: int) -> None:
    rows = [(first + place, encode(entry)) for place, entry in enumerate(entries)]
    received = decode(encode(batch(epoch, rows)), Batch)
    assert received.epoch == epoch
    assert [(numbered.n, decode(numbered.entry, Entry)) for numbered in received.entries] == [
        (first + place, entry) for place, entry in enumerate(entries)
    ]


@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_garbage_is_a_message_error_and_nothing_else(kind: type[Any], garbage: bytes) -> None:
    with pytest.raises(MessageError):
        decode(garbage, kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(BIRTH | HEARTBEAT | PRESENCE | ENTRY, st.data())
def test_a_field_with_anything_else_in_it_is_read_or_refused(message: Any, data: st.DataObject) -> None:
    body = msgspec.to_builtins(message)
    body[data.draw(st.sampled_from(sorted(body)))] = data.draw(JSON)
    payload = json.dumps(body).encode("utf-8", "surrogatepass")
    try:
        received = decode(payload, type(message))
    except MessageError:
        return
    assert decode(encode(received), type(message)) == received


# --- nothing personal -----------------------------------------------------------------------------------------

SAMPLES = [
    Birth(
        boot="a" * 32,
        session=1,
        app="1.8.2",
        os="2026.11.1",
        hardware="GS-200/rev3",
        catalogue="b" * 64,
        items={"residence-proof": "c" * 12},
        drivers={"card_reader": "idcard_serial"},
    ),
    Presence("on", "a" * 32, 1),
    Heartbeat("a" * 32, 1, 2, "open", {"receipt_printer": Device("user_action", ("PAPER_OUT",), "out")}, 3),
    Entry(1, "a" * 32, Usage("a", "c" * 12, "gave_up", "declined", "form", 1, "zh", 5, 4, 3, "passed", True)),
    Entry(1, "a" * 32, Alert("card_reader", "NO_ANSWER", True, "critical", "engineer")),
    Entry(1, "a" * 32, Terminal("open")),
    Entry(1, "a" * 32, Dropped("full", 3)),
]


def with_one_leaf_changed(body: Any, value: Any) -> list[Any]:
    """Copies of a JSON value, each with another leaf, or another key of an object, replaced by `value`."""
    if isinstance(body, dict):
        inner = [{**body, key: changed} for key in body for changed in with_one_leaf_changed(body[key], value)]
        keys = [{(value if name == key else name): body[name] for name in body} for key in body]
        return inner + keys + [{**body, value: 1}]
    if isinstance(body, list):
        changed = [
            [*body[:place], new, *body[place + 1 :]]
            for place, old in enumerate(body)
            for new in with_one_leaf_changed(old, value)
        ]
        return [*changed, [*body, value]]
    return [value]


@pytest.mark.parametrize("value", PERSONAL)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(getattr(sample, "event", sample)).__name__)
def test_no_field_has_room_for_a_person(sample: Any, value: str) -> None:
    bodies = with_one_leaf_changed(msgspec.json.decode(encode(sample)), value)
    assert len(bodies) > 6
    for body in bodies:
        with pytest.raises(MessageError) as refusal:
            decode(json.dumps(body).encode(), type(sample))
        assert value not in str(refusal.value)


@pytest.mark.parametrize("number", [310101199001011234, 310101900101123, 6222020200112233445])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(getattr(sample, "event", sample)).__name__)
def test_no_count_has_room_for_an_identity_or_card_number(sample: Any, number: int) -> None:
    for body in with_one_leaf_changed(msgspec.json.decode(encode(sample)), number):
        with pytest.raises(MessageError):
            decode(json.dumps(body).encode(), type(sample))


def test_what_must_not_be_sent_is_not_written_either() -> None:
    with pytest.raises(MessageError, match=r"event\.item") as refusal:
        encode(Entry(1, "a" * 32, Usage("张三", "c" * 12, "done")))
    assert "张三" not in str(refusal.value)


# --- limits and versions --------------------------------------------------------------------------------------


def test_an_unknown_field_is_refused_upward_and_ignored_downward() -> None:
    presence = json.loads(encode(Presence("on", "a" * 32, 1))) | {"more": 1}
    with pytest.raises(MessageError, match="unknown field"):
        decode(json.dumps(presence).encode(), Presence)
    ack = json.loads(encode(Ack("a" * 32, 7))) | {"more": 1}
    assert decode(json.dumps(ack).encode(), Ack) == Ack("a" * 32, 7)


@pytest.mark.parametrize("kind", KINDS)
def test_another_version_is_refused(kind: type[Any]) -> None:
    with pytest.raises(MessageError):
        decode(b'{"v":2}', kind)


def test_sizes_are_limited() -> None:
    entry = encode(Entry(1, "a" * 32, Terminal("open")))
    with pytest.raises(MessageError, match="entries"):
        encode(batch("a" * 32, [(n, entry) for n in range(1, MAX_ENTRIES + 2)]))
    with pytest.raises(MessageError, match="more than"):
        decode(b" " * MAX_MESSAGE + encode(Presence("on", "a" * 32, 1)), Presence)
    with pytest.raises(MessageError, match="entries"):
        encode(batch("a" * 32, []))


@pytest.mark.parametrize("numbers", [(2, 1), (1, 1)])
def test_a_batch_is_in_ascending_order(numbers: tuple[int, int]) -> None:
    entry = encode(Entry(1, "a" * 32, Terminal("open")))
    with pytest.raises(MessageError, match="ascending"):
        encode(batch("a" * 32, [(n, entry) for n in numbers]))


# --- one vocabulary with the runtime --------------------------------------------------------------------------


def test_the_wires_usage_is_the_runtimes_usage_field_by_field() -> None:
    assert Usage.__struct_fields__ == effects.Usage.__struct_fields__
    assert Usage.__struct_defaults__ == effects.Usage.__struct_defaults__
    effect = effects.Usage("residence-proof", "c" * 12, "gave_up", reason="declined", step="consent", grade=3)
    assert msgspec.structs.asdict(messages.usage(effect)) == msgspec.structs.asdict(effect)
    with pytest.raises(MessageError):
        messages.usage(effects.Usage("residence-proof", "c" * 12, "gave_up", reason="他叫张三"))


def test_every_step_and_device_word_of_the_runtime_can_be_sent() -> None:
    steps = {str(step.__struct_config__.tag) for step in get_args(AnyStep)}
    for step in steps:
        messages.usage(effects.Usage("a", "c" * 12, "failed", step=step))
    assert set(get_args(fields.RoleName)) == {role.value for role in devices.Role}
    assert set(get_args(fields.ConditionName)) == {condition.value for condition in devices.Condition}
    assert set(get_args(fields.LevelName)) == {level.value for level in devices.Level}


def test_the_alarm_table_is_made_from_the_device_contract() -> None:
    attention = {code: fault.attention for code, fault in messages.FAULTS.items()}
    assert attention == {code: who.value for code, who in devices.FAULTS.items()}
    assert set(messages.FAULTS) == set(get_args(fields.FaultCode))


# --- topics ---------------------------------------------------------------------------------------------------


def test_a_topic_tells_who_and_what() -> None:
    for kind in UP_KINDS:
        assert parse_up(up("kiosk-000123", kind)) == ("kiosk-000123", kind)
    assert acknowledgements("kiosk-000123") == "k1/kiosk-000123/down/ack"


@given(st.text(max_size=40))
def test_any_other_topic_is_none_of_ours(topic: str) -> None:
    assert parse_up(topic) is None


@pytest.mark.parametrize("name", ["+", "#", "all", "console", "", "kiosk/1", "kiosk-310101199001011234", "kiosk-1\n"])
def test_a_terminal_cannot_be_called_just_anything(name: str) -> None:
    assert not is_terminal(name)
    assert parse_up(f"k1/{name}/up/ev") is None
