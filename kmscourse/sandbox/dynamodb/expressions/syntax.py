"""What an expression says: operands, conditions, actions. ``str`` of each is the expression again.

Comparators, BETWEEN, IN, the signs of arithmetic and functions are all of one kind, an ``Operator`` with its operands,
as AWS's refusals have it ("operator or function").

Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions", "Using update
expressions in DynamoDB", "Using projection expressions in DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
SIGNS = ("+", "-")


@dataclass(frozen=True)
class Path:
    """A document path as it is written: names of attributes, placeholders (``#name``), indexes of lists."""

    elements: tuple[str | int, ...]

    def __str__(self) -> str:
        first, *rest = self.elements
        steps = [f"[{element}]" if isinstance(element, int) else f".{element}" for element in rest]
        return "".join([str(first), *steps])


@dataclass(frozen=True)
class Value:
    """The placeholder of a value, ``:name``."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Operator:
    """A comparator, BETWEEN, IN, a sign or a function, by its ``name``, with its operands as they are written."""

    name: str
    operands: tuple[Operand, ...]

    @property
    def is_function(self) -> bool:
        """Whether it is written as one: ``size(a)``."""
        return self.name not in (*COMPARATORS, *SIGNS, "BETWEEN", "IN")

    def __str__(self) -> str:
        texts = [str(operand) for operand in self.operands]
        if self.is_function:
            return f"{self.name}({', '.join(texts)})"
        if self.name == "IN":
            return f"{texts[0]} IN ({', '.join(texts[1:])})"
        if self.name == "BETWEEN":
            return "{} BETWEEN {} AND {}".format(*texts)
        return f"{texts[0]} {self.name} {texts[1]}"


Operand = Path | Value | Operator


@dataclass(frozen=True)
class Not:
    """What holds where ``condition`` does not."""

    condition: Condition

    def __str__(self) -> str:
        return f"NOT {_enclosed(self.condition)}"


@dataclass(frozen=True)
class Junction:
    """Conditions joined by ``word``, AND or OR; two or more."""

    word: str
    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(map(_enclosed, self.conditions))


Condition = Operator | Not | Junction


@dataclass(frozen=True)
class Action:
    """What an update does at one path; ``value`` is None for REMOVE."""

    path: Path
    value: Operand | None = None


@dataclass(frozen=True)
class Section:
    """The actions of an update under one ``word``: SET, REMOVE, ADD or DELETE."""

    word: str
    actions: tuple[Action, ...]

    def __str__(self) -> str:
        between = " = " if self.word == "SET" else " "
        actions = [
            f"{action.path}{'' if action.value is None else f'{between}{action.value}'}"
            for action in self.actions
        ]
        return f"{self.word} {', '.join(actions)}"


def leaves(operand: Operand) -> Iterator[Path | Value]:
    """The paths and values in an operand, in the order in which they are written."""
    for each in operators_and_leaves(operand):
        if not isinstance(each, Operator):
            yield each


def operators_and_leaves(operand: Operand) -> Iterator[Operand]:
    """An operand, and all operands in it, in the order in which they are written."""
    yield operand
    if isinstance(operand, Operator):
        for inner in operand.operands:
            yield from operators_and_leaves(inner)


def single_conditions(condition: Condition) -> Iterator[Operator]:
    """The single conditions in a condition, in the order in which they are written."""
    waiting: list[Condition] = [condition]
    while waiting:
        match waiting.pop():
            case Operator() as test:
                yield test
            case Not(inner):
                waiting.append(inner)
            case Junction(_, conditions):
                waiting.extend(reversed(conditions))


def written(sections: Sequence[Section]) -> str:
    """An update as an expression."""
    return " ".join(map(str, sections))


def _enclosed(condition: Condition) -> str:
    """A condition so that it stays one where others are joined to it."""
    return f"({condition})" if isinstance(condition, Junction) else str(condition)
