"""A made-up sale on this shop's paper, to see template, logo and columns before a customer does. Never prints."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from composition.paper import rates_file, renderer_of
from config.rates import load_rates
from config.settings import Settings, load_settings
from pos.domain.business_day import business_day
from pos.domain.codec import Json, encode
from pos.domain.errors import ConfigError
from pos.domain.identifiers import TransactionId
from pos.domain.receipt_body import ReceiptBody
from pos.domain.sale import SaleRecord
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind, split_tax
from pos.domain.tender import ApprovalMode, CashTender, Purse, PurseDraw, VoucherTender
from pos.domain.won import Won
from pos.ports import PrintKind

ENDINGS = (".png", ".pdf", ".html", ".txt")
LINES = (
    SaleLine(1, "1", "참치김밥", Won(4_500), 2, TaxKind.TAXABLE),
    SaleLine(2, "2", "국내산 유기농 현미로 지은 즉석밥 210g x 12", Won(15_900), 1, TaxKind.TAXABLE),
    SaleLine(3, "3", "흰우유 1L", Won(2_900), 1, TaxKind.EXEMPT),
)


def preview(settings_path: Path, columns: int | None, to: Path | None) -> str:
    """Return the sample as text; with a file, write it there as its ending says.

    Raises:
        ConfigError: settings, template or logo can't be used, or the file's ending is none of ours.
    """
    settings = load_settings(settings_path)
    if columns is not None:
        printer = settings.printer.model_copy(update={"columns": columns})
        settings = settings.model_copy(update={"printer": printer})
    folder = settings_path.parent
    try:
        renderer = renderer_of(settings, load_rates(rates_file(settings, folder)), folder=folder)
    except ValueError as error:
        raise ConfigError(where="--columns", problem=str(error), hint="24 - 80") from error
    kind, body = PrintKind.SALE_RECEIPT, sample_body(settings)
    if to is None:
        return renderer.to_text(kind, body)
    match to.suffix.lower():
        case ".png":
            data = renderer.to_png(kind, body)
        case ".pdf":
            data = renderer.to_pdf(kind, body)
        case ".html":
            data = renderer.to_html(kind, body).encode()
        case ".txt":
            data = renderer.to_text(kind, body).encode()
        case _:
            raise ConfigError(where=str(to), problem="?", hint=" ".join(ENDINGS))
    to.write_bytes(data)
    return f"{to}\n"


def sample_body(settings: Settings) -> dict[str, Json]:
    """Return a sale that never was, marked as training, paid by card and cash."""
    device, now = settings.terminal.device, datetime.now(UTC)
    total = Won.total(line.total for line in LINES)
    card = VoucherTender(
        payment_id=TransactionId(device, 0, 2),
        amount=Won(20_000),
        mode=ApprovalMode.ONLINE,
        masked_pan="629099******0000",
        approval_code="00000000",
        approved_at=now,
        rrn="000000000000",
        purses=(PurseDraw(Purse.POLICY, Won(5_000)), PurseDraw(Purse.CHARGED, Won(15_000))),
        cashback=Won(1_500),
        balance=Won(35_000),
    )
    rest = total - card.amount
    cash = CashTender(rest, Won(10_000), Won(10_000) - rest)
    exempt = Won.total(line.total for line in LINES if line.tax is TaxKind.EXEMPT)
    sale = SaleRecord(
        id=TransactionId(device, 0, 1),
        receipt_number=f"{business_day(now):%Y%m%d}-0000",
        completed_at=now,
        lines=LINES,
        tenders=(card, cash),
        tax=split_tax(total, exempt=exempt),
        training=True,
    )
    body = encode(ReceiptBody(sale))
    assert isinstance(body, dict)
    return body
