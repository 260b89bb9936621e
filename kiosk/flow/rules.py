"""Rules of items: short CEL expressions over the values of a form, checked before anybody stands at the terminal.

CEL (Common Expression Language) has no loops without a bound, no I/O and no clock: a rule is a pure function of
its values. Types are checked against the declared variables when a rule is compiled, with line and column. The
library itself (`cel-expr-python`) is imported at the first compilation, because the first frame needs no rule.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["bool", "int", "str"]

SOURCE_LIMIT = 500  # characters of one rule
TEXT_LIMIT = 1_000  # characters of one value given to a rule
CACHED_RULES = 512  # compiled rules kept; a city's catalogue has a few hundred

_TYPES: dict[Kind, type[bool] | type[int] | type[str]] = {"bool": bool, "int": int, "str": str}
_KINDS: dict[str, Kind] = {"BOOL": "bool", "INT": "int", "STRING": "str"}
_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_PROBLEM = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_UNKNOWN = re.compile(r"undeclared reference to '([^']*)'.*")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '([^']*)'.*")
_PATTERN = re.compile(r"""\.matches\(\s*([rR]?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))\s*\)""")
# What the library may say about a failure without quoting a value: everything else is kept to ourselves.
_SAYABLE = re.compile(
    r"divi\w+ by zero|modulus by zero|\w+ overflow|cannot convert \w+ to \w+|invalid regular expression"
    r"|iteration budget exceeded"
)


class RuleError(ValueError):
    """A rule that cannot be compiled. `line` and `column` count from 1 in the rule's own text."""

    def __init__(self, source: str, problems: tuple[tuple[int, int, str], ...]) -> None:
        super().__init__("; ".join(f"{line}:{column}: {text}" for line, column, text in problems))
        self.source = source
        self.problems = problems
        self.line, self.column, self.text = problems[0]


class RuleFailure(RuntimeError):
    """A compiled rule that gave no answer for these values. The message never quotes a value."""


class Rule:
    """A compiled rule: call it with one value for every declared variable. Not picklable; keep the source instead."""

    __slots__ = ("_error", "_program", "returns", "source", "variables")

    def __init__(self, source: str, variables: Mapping[str, Kind], program: Any, error: Any, returns: Kind) -> None:
        self.source = source
        self.variables = dict(variables)
        self.returns = returns
        self._program = program
        self._error = error

    def __repr__(self) -> str:
        return f"Rule({self.source!r})"

    def __call__(self, values: Mapping[str, bool | int | str]) -> bool | int | str:
        """Raises RuleFailure: a value is missing, of another type or too long, or the rule itself fails on it."""
        for name, kind in self.variables.items():
            self._admit(name, kind, values)
        try:
            # Declared names alone: the library would quietly accept others.
            answer = self._program.eval(data={name: values[name] for name in self.variables})
        except (RuntimeError, TypeError, ValueError, OverflowError) as error:
            raise RuleFailure(f"{self.source}: {_sayable(str(error))}") from None
        if answer.type() == self._error:  # its value would be a (true) text
            raise RuleFailure(f"{self.source}: {_sayable(str(answer.value()))}")
        return _TYPES[self.returns](answer.plain_value())

    def _admit(self, name: str, kind: Kind, values: Mapping[str, bool | int | str]) -> None:
        """The library evaluates lazily and takes a bool for an int: both would hide a mistake of the caller."""
        if name not in values:
            raise RuleFailure(f"{self.source}: no value for {name}")
        value = values[name]
        if type(value) is not _TYPES[kind]:
            raise RuleFailure(f"{self.source}: {name} is {type(value).__name__}, declared {kind}")
        if isinstance(value, str) and len(value) > TEXT_LIMIT:
            raise RuleFailure(f"{self.source}: {name} is longer than {TEXT_LIMIT} characters")


def compile_rule(source: str, variables: Mapping[str, Kind]) -> Rule:
    """Compile a rule over these variables, or take it from the cache. Raises RuleError with every problem found."""
    return _compile(source, tuple(sorted(variables.items())))


@functools.lru_cache(maxsize=CACHED_RULES)
def _compile(source: str, declared: tuple[tuple[str, Kind], ...]) -> Rule:
    if len(source) > SOURCE_LIMIT:
        raise RuleError(source, ((1, 1, f"longer than {SOURCE_LIMIT} characters"),))
    if not source.strip():
        raise RuleError(source, ((1, 1, "empty"),))
    variables = dict(declared)
    for name in variables:
        if not _NAME.fullmatch(name):
            raise RuleError(source, ((1, 1, f"{name!r} is not a variable's name (a-z, 0-9 and _)"),))

    from cel_expr_python import cel

    types = {"bool": cel.Type.BOOL, "int": cel.Type.INT, "str": cel.Type.STRING}
    environment = cel.NewEnv(variables={name: types[kind] for name, kind in declared})
    program = _program(environment, source)
    returns = program.return_type().name()
    if returns not in _KINDS:
        raise RuleError(source, ((1, 1, f"gives {returns.lower()}, not bool, int or string"),))
    _check_patterns(environment, source, cel.Type.ERROR)
    return Rule(source, variables, program, cel.Type.ERROR, _KINDS[returns])


def _program(environment: Any, source: str) -> Any:
    try:
        return environment.compile(source)
    except TypeError:  # half of a surrogate pair
        raise RuleError(source, ((1, 1, "not valid Unicode"),)) from None
    except RuntimeError as error:
        found = [(int(line), int(column), _plain(text)) for line, column, text in _PROBLEM.findall(str(error))]
        placed = tuple((max(line, 1), max(column, 1), text) for line, column, text in found)
        raise RuleError(source, placed or ((1, 1, _plain(str(error).splitlines()[0])),)) from None


def _check_patterns(environment: Any, source: str, error: Any) -> None:
    """The library compiles a literal pattern only when it runs: a broken one would first be met by a citizen."""
    for match in _PATTERN.finditer(source):
        if environment.compile(f"''.matches({match[1]})").eval(data={}).type() == error:
            before = source[: match.start(1)]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            raise RuleError(source, ((line, column, f"{match[1]} is not a valid pattern"),))


def _plain(text: str) -> str:
    text = _UNKNOWN.sub(r"unknown name '\1'", text)
    text = _OVERLOAD.sub(lambda match: f"'{match[1].strip('_')}' does not take {match[2]}", text)
    return text.partition(" expecting ")[0].removesuffix(" [CANCELLED]").removeprefix("CANCELLED: ")


def _sayable(text: str) -> str:
    found = _SAYABLE.search(text.lower())
    return found[0] if found else "no answer"
