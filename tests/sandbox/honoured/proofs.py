"""How a table shows that a member counts: another value of it, and where that makes a difference.

An operation has a base call, which succeeds in the prepared account, and a proof for each member of its input. The call
is made again with one member changed: then its own answer is another (``differs``), or that of the call that is read
after it, or it is refused with the code that is named (``refused``); or the member is NOT_OFFERED.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.frozen.replay import Step
from tests.sandbox.honoured.account import Prepared, step
from tests.sandbox.honoured.members import example, is_within, members, with_value

ANSWER, READ = "answer", "read"
OF_THE_MODEL = ("ValidationException", "ValidationError", "SerializationException", "MalformedInput")


@dataclass(frozen=True)
class Proof:
    """Another value of a member than the base call has, and how the difference shows.

    ``at`` is the place that is given the value, where that is not the member's own: of the types of an attribute only
    one can be there. ``beside`` are members that both calls have too, ``first`` the steps before both, ``by`` whoever
    makes them, ``read`` the step after both whose answer is compared, and not the call's own, which may repeat what was
    asked. The call with the other value is refused with ``code`` and ``text``; the base call succeeds, or is refused
    with the code ``otherwise``.
    """

    value: Any = None
    at: str = ""
    beside: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Step] = field(default_factory=dict)
    by: str = ""
    read: Step | None = None
    code: str = ""
    text: str = ""
    otherwise: str = ""
    is_offered: bool = True


def differs(value: Any, *, read: Step | None = None, **more: Any) -> Proof:
    """The answer is another, or that of ``read``."""
    return Proof(value, read=read, **more)


def refused(code: str, value: Any, *, text: str = "", **more: Any) -> Proof:
    """The call with this value is refused with ``code``, and ``text`` in its message.

    Raises ValueError where the model alone could refuse it so, which does not show that a member counts.
    """
    if code in OF_THE_MODEL and not text:
        raise ValueError(f"say which {code} it is by a part of its message")
    return Proof(value, code=code, text=text, **more)


def not_offered(**more: Any) -> Proof:
    """The member is refused by its name, and with it whatever is within."""
    return Proof(code="UnsupportedOperationException", is_offered=False, **more)


NOT_OFFERED = not_offered()


@dataclass(frozen=True)
class Operation:
    """The base call of an operation and the proof for each member of its input, by its place.

    ``by``, ``first`` and ``read`` are as a proof has them, where one has no other; of ``read`` and of the call's own
    answer, one is to be another.
    """

    base: Mapping[str, Any]
    proofs: Mapping[str, Proof]
    by: str = ""
    first: Mapping[str, Step] = field(default_factory=dict)
    read: Step | None = None


def fault(prepared: Prepared, action: str, operation: Operation, place: str) -> str:
    """What is wrong with a member: it counts for nothing, or not as its proof says. Empty where nothing is."""
    proof = operation.proofs[place]
    base = {**operation.base, **proof.beside}
    value = proof.value if proof.is_offered else example(members(action)[place])
    varied = with_value(base, proof.at or place, value)
    told = prepared.play_for_control(_steps(action, operation, proof, base))
    changed = prepared.play(_steps(action, operation, proof, varied))
    if ANSWER not in told:
        return f"a step before the base call is refused: {told}"
    before, after = told[ANSWER], changed[ANSWER]
    if before.code != proof.otherwise:
        return f"the base call should be told {proof.otherwise or 'no refusal'}, and is told {before}"
    if after.code != proof.code:
        return f"with {value!r} it should be told {proof.code or 'no refusal'}, and is told {after}"
    text = proof.text if proof.is_offered else f"The practice account does not offer {_dotted(place)} in "
    if text not in after.message:
        return f"with {value!r} the refusal should say {text!r}, and says {after.message!r}"
    told_in = (READ,) if proof.read is not None else (ANSWER, READ)
    if all(told[name] == changed.get(name) for name in told_in if name in told):
        return f"{value!r} makes no difference to {told[told_in[0]]}"
    return ""


def _steps(action: str, operation: Operation, proof: Proof, parameters: Mapping[str, Any]) -> dict[str, Step]:
    """The call with these parameters and what belongs to it: steps before it, and what is read after it."""
    steps = {**operation.first, **proof.first, ANSWER: step(action, proof.by or operation.by, **parameters)}
    read = proof.read or operation.read
    return steps if read is None or proof.code else {**steps, READ: read}


def _dotted(place: str) -> str:
    """A place as a refusal names it."""
    return place.replace("[]", "").replace("{}", "")


def unproved(action: str, operation: Operation) -> list[str]:
    """The members of an operation's input for which there is no proof.

    What is within a member that is refused goes with it; a structure is proved by any member that is within.
    """
    proved = operation.proofs
    refused_whole = [place for place, proof in proved.items() if not proof.is_offered]
    return [
        place
        for place in members(action)
        if place not in proved
        and not any(is_within(place, outer) for outer in refused_whole)
        and not any(is_within(inner, place) for inner in proved)
    ]
