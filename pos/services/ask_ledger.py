"""Asks the ledger what changes nothing. Never a payment: without an answer there is nothing to undo."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from pos.domain.errors import IeumError, LedgerRefused, LedgerSilent, LedgerUnreachable
from pos.ports import Clock
from pos.services.card_outcome import NotTaken
from pos.services.line import Line

T = TypeVar("T")


async def ask_ledger(
    question: Awaitable[T], line: Line, clock: Clock, *, without: IeumError
) -> T | NotTaken:
    """Return the answer, and note what it says of the line.

    Args:
        question: the call, not awaited yet.
        line: is told whether an answer came; a refusal is one.
        clock: when.
        without: what the cashier is told where none came.
    """
    try:
        said = await question
    except LedgerRefused as error:
        line.answered(clock.now())
        return NotTaken(error)
    except (LedgerUnreachable, LedgerSilent):
        line.failed(clock.now())
        return NotTaken(without)
    line.answered(clock.now())
    return said
