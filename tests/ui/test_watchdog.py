"""A till whose terminal vanishes ends, and does not spin."""

from __future__ import annotations

import os
import pty
import threading

from pos.ui.watchdog import TerminalWatch, terminal_is_gone

QUICK = 0.01
LONG = 5.0


def test_a_terminal_is_gone_when_its_other_end_closes() -> None:
    master, slave = pty.openpty()
    assert not terminal_is_gone(slave)
    os.close(master)
    assert terminal_is_gone(slave)
    os.close(slave)


def test_an_app_that_does_not_end_by_itself_is_ended() -> None:
    master, slave = pty.openpty()
    asked, ended = threading.Event(), threading.Event()
    watch = TerminalWatch(slave, asked.set, end=ended.set, poll_seconds=QUICK, grace_seconds=QUICK)
    watch.start()
    assert not asked.wait(QUICK * 5)
    os.close(master)
    assert asked.wait(LONG)
    assert ended.wait(LONG)
    os.close(slave)


def test_an_app_that_ends_in_time_is_left_alone() -> None:
    master, slave = pty.openpty()
    asked, ended = threading.Event(), threading.Event()
    watch = TerminalWatch(slave, asked.set, end=ended.set, poll_seconds=QUICK)
    watch.start()
    os.close(master)
    assert asked.wait(LONG)
    watch.stop()
    assert not ended.wait(QUICK * 20)
    os.close(slave)
