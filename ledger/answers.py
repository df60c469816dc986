"""Reads what came back from the ledger: its answer, or why there is none. Never calls anyone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NoReturn, TypeVar

from pos.domain.errors import LedgerRefused, LedgerSilent, TerminalNotAccepted, TerminalRevoked

if TYPE_CHECKING:
    import httpx
    from pydantic import BaseModel

    from ledger.contract.models import Problem

CLIENT_ERRORS = range(400, 500)
ABOUT_THE_TERMINAL = (401, 403, 404, 405)  # No other body would be taken either.
OK = 200
CLOCK_SKEW, REPLAYED = "clock_skew", "replayed"
REVOKED = frozenset({"device_revoked", "key_revoked", "key_retired"})

Answer = TypeVar("Answer", bound="BaseModel")


def their_clock(response: httpx.Response) -> datetime | None:
    """Return the ledger's time, if a wrong time was all that was wrong."""
    if response.status_code not in CLIENT_ERRORS:
        return None
    try:
        problem = _problem(response)
    except ValueError:
        return None
    return problem.at if problem.code == CLOCK_SKEW else None


def _problem(response: httpx.Response) -> Problem:
    from ledger.contract.models import Problem

    return Problem.model_validate_json(response.content)


def read(response: httpx.Response, expected: type[Answer]) -> Answer:
    """Return what was asked for.

    Raises:
        LedgerSilent, LedgerRefused: it is not that.
    """
    try:
        if response.status_code == OK:
            return expected.model_validate_json(response.content)
    except ValueError as error:  # Not the ledger's words: something in between answered.
        raise LedgerSilent from error
    return refuse(response)


def refuse(response: httpx.Response) -> NoReturn:
    """Say what an answer without what was asked for means.

    Raises:
        LedgerSilent, LedgerRefused: always one of them.
    """
    if response.status_code not in CLIENT_ERRORS:
        raise LedgerSilent
    try:
        problem = _problem(response)
    except ValueError as error:
        raise LedgerSilent from error
    if problem.code == REPLAYED:
        raise LedgerSilent
    if problem.code in REVOKED:
        raise TerminalRevoked(reason=problem.code)
    if response.status_code in ABOUT_THE_TERMINAL:
        raise TerminalNotAccepted(reason=problem.code)
    raise LedgerRefused(reason=problem.code)


def is_of(response: httpx.Response, media_type: str) -> bool:
    """Tell whether an answer is of a media type."""
    said: str = response.headers.get("content-type", "")
    return said.partition(";")[0].strip() == media_type
