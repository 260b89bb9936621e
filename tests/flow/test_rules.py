"""Rules: what compiles, what is refused with its place, and what a rule that fails may say."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.flow.rules import SOURCE_LIMIT, TEXT_LIMIT, Kind, Rule, RuleError, RuleFailure, compile_rule

VARIABLES: dict[str, Kind] = {"purpose": "str", "months": "int", "owner": "bool"}
VALUES: dict[str, bool | int | str] = {"purpose": "home", "months": 7, "owner": True}
TWENTY = "[" + ",".join(["1"] * 20) + "]"


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("purpose == 'court' ? 0 : 1000", 1000),
        ("months >= 6 && owner", True),
        ("purpose + '!'", "home!"),
        ("purpose.matches('^[a-z]{4}$')", True),
        ("purpose in ['home', 'work']", True),
        ("purpose == '住房'", False),
        ("int('6') < months", True),
    ],
)
def test_a_rule_gives_a_plain_python_value(source: str, answer: bool | int | str) -> None:
    given_by_rule = compile_rule(source, VARIABLES)(VALUES)
    assert given_by_rule == answer
    assert type(given_by_rule) is type(answer)


def test_a_rule_knows_its_result_type_before_it_runs() -> None:
    assert compile_rule("months > 1", VARIABLES).returns == "bool"
    assert compile_rule("months * 100", VARIABLES).returns == "int"
    assert compile_rule("purpose", VARIABLES).returns == "str"


@pytest.mark.parametrize(
    ("source", "line", "column", "text"),
    [
        ("monts > 6", 1, 1, "unknown name 'monts'"),
        ("owner &&\n  purpos == ''", 2, 3, "unknown name 'purpos'"),
        ("purpose + 1", 1, 9, "'+' does not take (string, int)"),
        ("'社保' == owner", 1, 6, "'==' does not take (string, bool)"),
        ("owner ? 1 : 'no'", 1, 7, "'?_:' does not take (bool, int, string)"),
        ("(months", 1, 8, "Syntax error: missing ')' at '<EOF>'"),
        ("", 1, 1, "empty"),
        ("   ", 1, 1, "empty"),
        ("1.5", 1, 1, "gives double, not bool, int or string"),
        ("[months]", 1, 1, "gives list<int>, not bool, int or string"),
        ("owner ||\n  purpose.matches('[')", 2, 19, "'[' is not a valid pattern"),
        ('purpose.matches( "(" )', 1, 18, '"(" is not a valid pattern'),
        ("(" * 400 + "1" + ")" * 99, 1, 1, "Expression recursion limit exceeded. limit: 32"),
        ("1" * (SOURCE_LIMIT + 1), 1, 1, f"longer than {SOURCE_LIMIT} characters"),
        ("'\ud800' == purpose", 1, 1, "not valid Unicode"),
    ],
)
def test_a_broken_rule_says_where_and_what(source: str, line: int, column: int, text: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(source, VARIABLES)
    assert (caught.value.line, caught.value.column, caught.value.text) == (line, column, text)


def test_every_problem_of_a_rule_is_told_at_once() -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule("first == 1 || second == 2", VARIABLES)
    assert [column for _, column, _ in caught.value.problems] == [1, 15]


@pytest.mark.parametrize("name", ["身份", "Purpose", "a-b", "", "1a"])
def test_a_variable_needs_a_plain_name(name: str) -> None:
    with pytest.raises(RuleError, match="not a variable's name"):
        compile_rule("true", {name: "str"})


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("100 / (months - 7) == 1", "divide by zero"),
        ("months + 9223372036854775807", "integer overflow"),
        ("int(purpose) > 6", "cannot convert string to int"),
        ("{'a': 1}[purpose] == 1", "no answer"),
        ("'x'.matches(purpose + '(')", "invalid regular expression"),
        (f"{TWENTY}.all(a,{TWENTY}.all(b,{TWENTY}.all(c,{TWENTY}.all(d,owner))))", "iteration budget exceeded"),
    ],
)
def test_a_rule_that_fails_raises_instead_of_being_true(source: str, says: str) -> None:
    with pytest.raises(RuleFailure, match=f": {says}$"):
        compile_rule(source, VARIABLES)(VALUES)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"months": True}, "months is bool, declared int"),
        ({"months": "7"}, "months is str, declared int"),
        ({"owner": 1}, "owner is int, declared bool"),
        ({"purpose": "x" * (TEXT_LIMIT + 1)}, f"purpose is longer than {TEXT_LIMIT} characters"),
        ({"months": 2**63}, "no answer"),
        ({"purpose": "\ud800"}, "no answer"),
    ],
)
def test_a_wrong_value_is_refused(change: dict[str, bool | int | str], says: str) -> None:
    rule = compile_rule("months > 1 && owner && purpose != ''", VARIABLES)
    with pytest.raises(RuleFailure, match=says):
        rule(VALUES | change)


def test_a_missing_value_is_refused_even_where_the_rule_would_not_look_at_it() -> None:
    rule = compile_rule("owner || months > 6", VARIABLES)
    with pytest.raises(RuleFailure, match="no value for months"):
        rule({"purpose": "", "owner": True})


def test_values_that_no_rule_declared_are_not_seen() -> None:
    assert compile_rule("months == 7", {"months": "int"})(VALUES | {"other": "x"}) is True


@given(st.text(min_size=4, max_size=40).filter(lambda text: text.strip() == text))
@settings(max_examples=50, deadline=None)
def test_a_failure_never_quotes_a_value(text: str) -> None:
    sources = ["int(a) == 1 && 1 / 0 == 1", "{'k': 1}[a] == 1", "'x'.matches('(' + a)", "bool(a)", "double(a) == 0.5"]
    for source in sources:
        try:
            compile_rule(source, {"a": "str"})({"a": text})
        except RuleFailure as failure:
            said = str(failure).removeprefix(source)
            known = ("divide by zero", "cannot convert", "invalid regular expression", "no answer")
            assert any(said.startswith(f": {words}") for words in known)


@given(st.text(max_size=80))
@settings(max_examples=80, deadline=None)
def test_any_text_is_a_rule_or_a_rule_error(source: str) -> None:
    try:
        made: Rule | tuple[int, int] = compile_rule(source, VARIABLES)
    except RuleError as error:
        made = (error.line, error.column)
    assert isinstance(made, Rule) or min(made) >= 1


def test_the_same_rule_is_compiled_once() -> None:
    first = compile_rule("months > 2", {"months": "int", "owner": "bool"})
    assert compile_rule("months > 2", {"owner": "bool", "months": "int"}) is first
    assert compile_rule("months > 2", {"months": "int"}) is not first


def test_starting_up_does_not_load_the_rules_library() -> None:
    code = "import sys, kiosk.flow.rules; print('cel_expr_python' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
