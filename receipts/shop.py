"""What every paper of a shop says of it. Never a secret; settings fill it."""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.won import Won


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """The head of a receipt.

    Attributes:
        business_number: 사업자등록번호 as printed, `123-45-67891`.
        no_signature_max: up to and including this amount no signature is asked.
        training: everything printed is marked 교육용.
        show_vat: supply and VAT are printed apart; False for 간이과세 and 면세 shops.
    """

    name: str
    business_number: str
    representative: str
    phone: str
    address: str
    terminal_number: str
    no_signature_max: Won
    training: bool = False
    show_vat: bool = True
