"""One question, one answer, over a line that loses and doubles: without a line, by the clock's hand."""

from __future__ import annotations

import pytest

from drivers.cards.serial.exchange import Answered, Exchange, Failed, Failure, Step, Told, Write
from drivers.cards.serial.framing import ACK, NAK
from drivers.cards.serial.messages import Answer, announce, answer, ask
from drivers.cards.serial.profiles import Event, Job, Profile

TIME = "20261124120000"
ANSWER_MS = 1_000


def question(profile: Profile) -> bytes:
    return ask(profile, Job.ARM, {"counter": b"\x07"}, TIME)


def armed(profile: Profile, counter: bytes = b"\x07") -> bytes:
    return answer(profile, Job.ARM, 0, {"counter": counter, "card": b"N"}, TIME)


def is_ours(said: Answer) -> bool:
    return said.job is Job.ARM and said.values["counter"] == b"\x07"


@pytest.fixture
def exchange(profile: Profile) -> Exchange:
    made = Exchange(profile)
    assert made.ask(question(profile), is_ours, 0, ANSWER_MS) == [Write(question(profile))]
    return made


def answers(steps: list[Step]) -> list[Answer]:
    return [each.answer for each in steps if isinstance(each, Answered)]


ACKED = Write(bytes([ACK]))


def test_an_answer_is_acknowledged_and_handed_on(exchange: Exchange, profile: Profile) -> None:
    assert exchange.feed(bytes([ACK]), 5) == []
    steps = exchange.feed(armed(profile), 10)
    assert steps[0] == ACKED
    assert answers(steps)[0].text("card") == "N"
    assert not exchange.is_busy


def test_an_answer_whose_ack_was_lost_is_as_good(exchange: Exchange, profile: Profile) -> None:
    assert answers(exchange.feed(armed(profile), 10))


def test_a_frame_is_sent_three_times_three_seconds_apart_and_then_given_up(
    exchange: Exchange, profile: Profile
) -> None:
    sent = [0]
    failed: list[tuple[int, Failed]] = []
    for now_ms in range(0, 12_000, 100):
        for step in exchange.tick(now_ms):
            if isinstance(step, Write):
                assert step.data == question(profile)
                sent.append(now_ms)
            elif isinstance(step, Failed):
                failed.append((now_ms, step))
    assert sent == [0, 3_000, 6_000]
    assert failed == [(9_000, Failed(Failure.NOT_TAKEN))]


def test_a_nak_is_answered_by_the_same_frame_at_once(exchange: Exchange, profile: Profile) -> None:
    assert exchange.feed(bytes([NAK]), 10) == [Write(question(profile))]


def test_a_storm_of_naks_ends_after_three_tries(exchange: Exchange) -> None:
    steps = [each for at in range(50) for each in exchange.feed(bytes([NAK]), at)]
    assert sum(isinstance(each, Write) for each in steps) == 2
    assert steps[-1] == Failed(Failure.NOT_TAKEN)


def test_taken_and_then_nothing_is_no_answer(exchange: Exchange) -> None:
    exchange.feed(bytes([ACK]), 100)
    assert exchange.tick(100 + ANSWER_MS - 1) == []
    assert exchange.tick(100 + ANSWER_MS) == [Failed(Failure.NO_ANSWER)]


def test_a_garbled_answer_is_asked_for_again_three_times(
    exchange: Exchange, profile: Profile
) -> None:
    spoilt = armed(profile)[:-1] + bytes([armed(profile)[-1] ^ 1])
    for now_ms in (10, 20, 30):
        assert exchange.feed(spoilt, now_ms) == [Write(bytes([NAK]))]
    assert exchange.feed(spoilt, 40) == [Failed(Failure.GARBLED)]


def test_a_garbled_answer_that_is_repeated_whole_is_taken(
    exchange: Exchange, profile: Profile
) -> None:
    spoilt = armed(profile)[:-1] + bytes([armed(profile)[-1] ^ 1])
    exchange.feed(spoilt, 10)
    assert answers(exchange.feed(armed(profile), 20))


def test_a_doubled_answer_is_acknowledged_twice_and_handed_on_once(
    exchange: Exchange, profile: Profile
) -> None:
    steps = exchange.feed(armed(profile) * 2, 10)
    assert steps.count(ACKED) == 2
    assert len(answers(steps)) == 1


def test_a_late_answer_to_an_earlier_question_is_not_taken_for_this_ones(
    exchange: Exchange, profile: Profile
) -> None:
    assert exchange.feed(armed(profile, counter=b"\x06"), 10) == [ACKED]
    assert exchange.is_busy
    assert answers(exchange.feed(armed(profile), 20))


def test_events_are_never_acknowledged_and_disturb_nothing(
    exchange: Exchange, profile: Profile
) -> None:
    told = announce(profile, Event.INSERTED, TIME)
    steps = exchange.feed(told + armed(profile) + announce(profile, Event.REMOVED, TIME), 10)
    assert [each for each in steps if isinstance(each, Told)] == [
        Told(Event.INSERTED),
        Told(Event.REMOVED),
    ]
    assert steps.count(ACKED) == 1


def test_an_answer_cut_off_is_given_up_after_a_silence(
    exchange: Exchange, profile: Profile
) -> None:
    assert exchange.feed(armed(profile)[:-4], 1_000) == []
    assert exchange.tick(1_000 + profile.silence_ms - 1) == []
    steps = exchange.tick(1_000 + profile.silence_ms)
    assert Write(bytes([NAK])) in steps
    assert answers(exchange.feed(armed(profile), 1_300))


def test_a_dropped_question_s_answer_is_nobodys(exchange: Exchange, profile: Profile) -> None:
    exchange.drop()
    assert exchange.feed(armed(profile), 10) == [ACKED]
