"""Who gives way, whatever connections come, sign, stay silent and end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.http.eviction import GRACE_SECONDS, MAX_NEWCOMERS, EvictionOrder

NUMBERS = st.integers(0, 30)
EVENTS = st.lists(
    st.tuples(st.sampled_from(["come", "come", "sign", "send", "end", "evict"]), NUMBERS, st.floats(0, 0.6)),
    max_size=80,
)


class Model:
    """The same, told plainly: when each came, and when each that is authenticated sent last."""

    def __init__(self) -> None:
        self.came: dict[int, float] = {}
        self.sent: dict[int, float] = {}
        self.clock = 0.0

    def tick(self, seconds: float) -> float:
        self.clock += seconds + 1e-6  # No two events are at the same time.
        return self.clock


@given(EVENTS)
def test_who_has_signed_nothing_goes_first_and_among_equals_who_has_waited_longest(
    events: list[tuple[str, int, float]],
) -> None:
    order, model = EvictionOrder[int](), Model()
    for what, number, seconds in events:
        now = model.tick(seconds)
        here = number in model.came or number in model.sent
        if what == "come" and not here:
            order.add(number, now)
            model.came[number] = now
        elif what == "send":
            order.use(number)
            if number in model.sent:
                model.sent[number] = now
        elif what == "sign":
            order.authenticate(number)
            if number in model.came:
                del model.came[number]
                model.sent[number] = now
        elif what == "end":
            order.discard(number)
            model.came.pop(number, None)
            model.sent.pop(number, None)
        elif what == "evict":
            check_eviction(order.evict(now), model)
        assert sorted(order) == sorted({**model.came, **model.sent})
        assert len(order) == len(model.came) + len(model.sent)


def check_eviction(evicted: int | None, model: Model) -> None:
    came, sent = model.came, model.sent
    if evicted is None:
        assert not {**came, **sent}, "someone was there to give way"
    elif evicted in came:
        assert came.pop(evicted) <= min(came.values(), default=model.clock), "another has waited longer"
    else:
        grace = [model.clock - moment < GRACE_SECONDS for moment in came.values()]
        assert all(grace), "one who signed nothing had its time, and should have gone first"
        assert len(came) <= MAX_NEWCOMERS * (len(came) + len(sent)), "too many newcomers were spared"
        assert sent.pop(evicted) <= min(sent.values(), default=model.clock), "another has sent longer ago"


@given(st.integers(1, 50), st.integers(51, 400))
def test_no_crowd_of_newcomers_drives_out_who_has_signed(places: int, crowd: int) -> None:
    """As many as seven eighths of the places are safe from those who come and sign nothing, however many they are."""
    order = EvictionOrder[int]()
    signed = range(int(places * (1 - MAX_NEWCOMERS)))
    for number in signed:
        order.add(-1 - number, 0.0)
        order.authenticate(-1 - number)
    for number in range(crowd):
        order.add(number, number / crowd)
        if len(order) > places:
            assert order.evict(number / crowd) in range(crowd)


def test_a_newcomer_has_a_moment_even_where_all_others_have_signed() -> None:
    order = EvictionOrder[str]()
    for number in range(20):
        order.add(f"signed {number}", 0.0)
        order.authenticate(f"signed {number}")
    order.add("newcomer", 100.0)
    assert order.evict(100.0) == "signed 0"
    assert order.evict(100.0 + GRACE_SECONDS) == "newcomer"


def test_who_has_ended_is_not_taken_up_again() -> None:
    order = EvictionOrder[str]()
    order.add("gone", 0.0)
    order.discard("gone")
    order.authenticate("gone")
    order.use("gone")
    assert len(order) == 0
