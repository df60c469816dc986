"""Plays a customer's phone beside a running demo, from another terminal. Never at a real till."""

from __future__ import annotations

import asyncio
from pathlib import Path

from composition.demo.home import Home, running_demo
from composition.devices import DISPLAY_SOCKET
from config.secrets import read_secret
from drivers.simulators.card.profiles import CardKind, load_profiles
from drivers.simulators.phone.phone import Phone, PhoneRefused, code_on
from pos.domain.errors import IeumError


class PhoneUseless(IeumError):
    """The phone could do nothing; says why."""

    code = "K05"
    ko = "휴대폰으로 할 수 없습니다: {problem}. 결제되지 않았습니다. 데모를 켜고 F9를 누른 뒤 다시 하세요."
    en = "The phone could not: {problem}. Nothing was charged. Start the demo, press F9, try again."


def use_phone(folder: Path, deed: str, card: str, root: Path) -> str:
    """Show a code (`show`), or pay the one that the customer's display shows (`pay`); return what to say.

    Raises:
        PhoneUseless: no demo runs, no code is shown, or the ledger would not.
    """
    home, running = Home(folder, root), running_demo(folder)
    if not running:
        raise PhoneUseless(problem="데모가 켜져 있지 않음 / no demo runs")
    phone = Phone(
        str(running["ledger"]), read_secret(home.operator_token), card or first_card(home)
    )
    try:
        return asyncio.run(_act(phone, deed, folder / DISPLAY_SOCKET))
    except PhoneRefused as error:
        raise PhoneUseless(problem=str(error)) from error
    except (TimeoutError, OSError) as error:
        raise PhoneUseless(problem="화면에 코드가 없음 / no code on the display") from error


def first_card(home: Home) -> str:
    """Return the first voucher card of the demo's."""
    return next(each.id for each in load_profiles(home.cards) if each.kind is CardKind.VOUCHER)


async def _act(phone: Phone, deed: str, display: Path) -> str:
    if deed == "show":
        return await phone.show_code()
    said = await phone.pay(await code_on(display))
    return f"{said['status']} {said.get('amount') or said.get('reason')}"
