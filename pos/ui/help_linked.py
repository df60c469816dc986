"""What help says of payments by QR, of paper, settlement and what is linked with the shop. Texts only."""

from __future__ import annotations

from pos.ui.help_topic import Topic
from pos.ui.i18n import _


def linked() -> dict[str, Topic]:
    """Return their topics by the name of the screen's class."""
    return {
        "AskOneScreen": Topic(
            _("One question"),
            (
                _("Type the answer and press Enter. Esc goes back and nothing changes."),
                _(
                    "A discount is won, or percent with a % behind. A weight is in grams, a price in won."
                ),
            ),
        ),
        "PickScreen": Topic(
            _("Choose one"),
            (
                _("Press its digit, or Up and Down and then Enter. 0 or Esc goes back."),
                _("A scan made meanwhile chooses nothing."),
            ),
        ),
        "CashReceiptsDueScreen": Topic(
            _("Cash receipts to be sent to the tax office"),
            (
                _(
                    "1 shows the whole number, to be entered at Hometax; then type its approval number."
                ),
                _("A negative one takes one back: cancel it there and note that number, too."),
            ),
        ),
        "PhoneReceiptScreen": Topic(
            _("Receipt on the customer's phone"),
            (
                _(
                    "The customer's phone reads the code here or on the display, in the shop's Wi-Fi."
                ),
                _("Enter or Esc closes it. The page stays for a day and is on no list."),
            ),
        ),
        "QrScreen": Topic(
            _("Payment by QR"),
            (
                _(
                    "The customer scans the code on their display, or you scan the code on the customer's phone."
                ),
                _(
                    "F2 prints the code. Esc takes it back: a payment that comes late is given back by itself."
                ),
                _("Without the line no code can be checked: take a card or cash."),
            ),
        ),
        "BalanceScreen": Topic(
            _("What a card holds"),
            (
                _(
                    "F5 where nothing is to be paid, or F5, / and 3. The customer taps; nothing is paid."
                ),
                _("Policy money that only pays in other shops stands apart. Esc goes back."),
                _("The customer's display shows the sum until you go back, 30 seconds at most."),
            ),
        ),
        "ExternalScreen": Topic(
            _("Other terminal's card"),
            (
                _("F5, / and 2: write down what another terminal took, off its slip."),
                _("Enter alone takes all that is due. Then the approval number and the issuer."),
                _("Nobody asks for approval here. The receipt and the day say so."),
                _("When goods come back, the other terminal has to give this money back."),
            ),
        ),
        "CouponScreen": Topic(
            _("Coupons and Plus"),
            (
                _("Scan a coupon at any time, or press F5, / and 1 and type its 12 characters."),
                _("It pays a part: take the rest by card or cash. One coupon a sale."),
                _("Without the line no coupon is taken: only the ledger knows if it was used."),
                _("When all of it is given back, the customer can use the coupon again."),
                _("Plus is cash back that the shop gives on voucher cards. It is off no price."),
            ),
        ),
        "PrintJobsScreen": Topic(
            _("Print jobs"),
            (
                _("1 prints a finished one again, marked as a copy. 2 cancels one that waits."),
                _("No sale depends on its paper: it stands whatever becomes of the print."),
            ),
        ),
        "SettlementScreen": Topic(
            _("Settlement"),
            (
                _("What the ledger pays out of a day, and when. Left and Right turn the days."),
                _("1 compares the till's day with the ledger's and names each difference."),
            ),
        ),
        "SavingsScreen": Topic(
            _("Saved by the city's app"),
            (
                _("What the same orders had cost on a private app, and what they cost here."),
                _("Left and Right turn the months."),
            ),
        ),
        "ShopHoursScreen": Topic(
            _("Pause, busy, sold out"),
            (
                _("1 to 5 pause the delivery shop and open it, 6 to 8 say that it is busy."),
                _(
                    "h, t and n say that the chosen dish is sold out, b that it is back. All end by themselves."
                ),
            ),
        ),
        "MallScreen": Topic(
            _("The mall"),
            (
                _("10* and a code offers ten of a product in the mall; 0* takes it out."),
                _("What is sold there is taken off what was set aside."),
            ),
        ),
        "TaxiScreen": Topic(
            _("Taxi for a customer"),
            (
                _("Enter calls one taxi, never two. c calls it off."),
                _("The plate and the minutes show here until it is at the door."),
            ),
        ),
    }
