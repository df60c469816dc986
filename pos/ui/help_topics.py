"""What help says of each screen, by the screen's class. Texts only: they come from the catalogues, offline."""

from __future__ import annotations

from pos.ui.help_linked import linked
from pos.ui.help_topic import Topic
from pos.ui.i18n import _


def topics() -> dict[str, Topic]:
    """Return every topic by the name of its screen's class, in the language in use."""
    return {**_selling(), **_after(), **_shift(), **_around(), **linked()}


def found(all_topics: dict[str, Topic], wanted: str) -> list[Topic]:
    """Return the topics that hold all the words, each with the lines that hold any; all for no words."""
    words = wanted.casefold().split()
    hits: list[Topic] = []
    for topic in all_topics.values():
        text = " ".join((topic.title, *topic.lines)).casefold()
        if all(word in text for word in words):
            lines = [line for line in topic.lines if any(word in line.casefold() for word in words)]
            hits.append(Topic(topic.title, tuple(lines) or topic.lines))
    return hits


def _selling() -> dict[str, Topic]:
    return {
        "SellingScreen": Topic(
            _("Selling"),
            (
                _("Scan a code, or type it and press Enter. A name or its initials searches."),
                _("3* before a scan takes three of it. + and - count the chosen line."),
                _("F6 takes exact cash; type what you received before F6 for change."),
                _("F5 takes a voucher card: press it, then the customer taps."),
                _("Del takes the chosen line off. Esc twice drops the sale."),
                _("F2 prints the last receipt again. F7, Enter, 1 voids the last sale."),
                _(
                    "A mobile number and Enter asks for a cash receipt, before the cash or after it."
                ),
                _("F9 is the shift: cash in and out, X, close. F11 lets another person take over."),
                _("* takes a payment by QR; / offers discounts, sales set aside and favourites."),
                _("Enter on an empty field opens the menu by digits."),
            ),
        ),
        "PaymentScreen": Topic(
            _("Voucher card"),
            (
                _("The customer holds the card to the reader until it sounds."),
                _("Esc cancels and F6 takes cash instead, until the ledger has been asked."),
                _("Without an answer nothing is charged twice: what was drawn is given back."),
                _(
                    "Where the balance is too small, Enter takes what is there, the rest another way."
                ),
            ),
        ),
        "CashScreen": Topic(
            _("Cash"),
            (
                _("Type what you received and press Enter; Enter alone is the exact amount."),
                _("0 or Esc goes back without taking anything."),
            ),
        ),
        "MenuScreen": Topic(
            _("Menu by digits"),
            (
                _("Each digit does what a function key does; it stands at the right."),
                _("0 or Esc goes back."),
            ),
        ),
        "PermitScreen": Topic(
            _("Payment at risk"),
            (
                _("The line is down and the card does not guarantee so much."),
                _("1 takes it at the shop's risk; somebody who may has to say so. 2 refuses."),
            ),
        ),
        "OrdersScreen": Topic(
            _("Delivery orders"),
            (
                _("Enter accepts with the usual minutes, a digit with others."),
                _(
                    "r and a digit rejects with a reason. The largest number is what is left to answer."
                ),
            ),
        ),
    }


def _after() -> dict[str, Topic]:
    return {
        "RefundScreen": Topic(
            _("Find a sale to give back or print"),
            (
                _("The newest sales stand first. Up and Down choose, Enter opens."),
                _("Scan the receipt's QR code, or type its number: 7 is today's seventh."),
                _("Type an amount with a comma or won behind it (5,000 or 5000won) to find it."),
                _(
                    "Type a time (14:30), the card's last digits behind * (*1234), or a product's name."
                ),
                _("F2 prints the chosen receipt again. All of it works without line and printer."),
                _("/ offers its other papers: gift receipt, card slips, phone, cash receipt."),
            ),
        ),
        "GiveBackScreen": Topic(
            _("Give a sale back"),
            (
                _("It says first what goes back to which card and in cash. Only 1 does it."),
                _("Up and Down choose an item, - and + how many. 2 is all or none."),
                _("The whole on its own day is a void; later, or a part, is a refund."),
                _("What your role may not do, somebody who may allows once with a PIN."),
            ),
        ),
        "DayScreen": Topic(
            _("The day"),
            (
                _("Left and Right turn the days. P prints the day's figures."),
                _("1 opens what the ledger declined afterwards."),
                _("7 lists the cash receipts that are still to be sent to the tax office."),
                _("The day here is the calendar's, as the ledger settles it; F9 has the shift's."),
            ),
        ),
        "ReceivablesScreen": Topic(
            _("Receivables"),
            (
                _("What the ledger declined afterwards stays here until a person closes it."),
                _("1 settled, 2 written off, 3 a mistake: why and who stay on record."),
            ),
        ),
        "CloseScreen": Topic(
            _("Close a receivable"),
            (
                _("Say why in a few words; where people sign in, your PIN has said who."),
                _("1 closes it for good. No money moves on this screen."),
            ),
        ),
    }


def _shift() -> dict[str, Topic]:
    return {
        "ShiftScreen": Topic(
            _("The shift"),
            (
                _("1 prints an X: the shift so far, at any time. Nothing changes by it."),
                _("7 gives the drawer its float. 2, 3 and 4 record cash in, out and to the safe."),
                _("5 opens the drawer without a sale: who and why stay on record."),
                _("6 counts the drawer and closes the shift (Z). What is unsent is carried on."),
                _(
                    "8 undoes the last close, by a manager and a new record. P prints the count sheet."
                ),
                _("9 begins training, and ends it. Nothing real moves there."),
            ),
        ),
        "CountScreen": Topic(
            _("Count and close"),
            (
                _("Type how many of each note and coin lie in the drawer, the float too."),
                _("Enter alone means none. After the last, 1 closes with that count."),
                _("Over or short is told after the count only; each count stays on record."),
                _("Above the shop's limit somebody who may accepts it, or you count again."),
            ),
        ),
        "PeopleScreen": Topic(
            _("People"),
            (
                _("1 enters somebody. The first is a manager; from then on everybody signs in."),
                _(
                    "2 gives a new PIN, which also ends a lock. 3 another role. 4 retires or brings back."
                ),
                _("Sign in by your number and PIN in one: 2 and 4569 is 24569."),
                _("A manager's lost PIN: see the technician's guide, run_pos.py new-pin."),
            ),
        ),
        "PinScreen": Topic(
            _("Number and PIN"),
            (
                _("Type your number and your PIN in one, then Enter. Scans are ignored."),
                _(
                    "Five wrong PINs lock a person for a minute, then longer; a restart does not help."
                ),
                _("A permission given here is for this once, and who gave it stays on record."),
            ),
        ),
        "AskScreen": Topic(
            _("A few questions"),
            (
                _("Answer and press Enter; a digit picks one of the answers shown."),
                _("Esc goes back, and nothing was done."),
            ),
        ),
    }


def _around() -> dict[str, Topic]:
    return {
        "TechnicianScreen": Topic(
            _("Service"),
            (
                _("1 looks at everything again, 2 prints a test page, 3 checks the whole record."),
                _("4 sends refused records again. 5 shows the prints, 6 the shop's people."),
                _("7 or Ctrl+T: large digits, high contrast, sounds, keys to touch."),
            ),
        ),
        "RecoveredScreen": Topic(
            _("After a restart"),
            (
                _("It says what became of payments that were under way. Enter goes on."),
                _("A sale that was open is back as it was."),
            ),
        ),
        "StoppedScreen": Topic(
            _("Selling has stopped"),
            (
                _("The record can't be written: take no money, and call your technician."),
                _("What was sold before is safe. Ctrl+Q ends the program."),
            ),
        ),
        "SideScreen": Topic(
            _("Demo"),
            (
                _(
                    "Around the counter of the demo: cards to tap, the cable to pull, paper to take."
                ),
                _("A shop does not have this screen."),
            ),
        ),
        "HelpScreen": Topic(
            _("Help"),
            (
                _("F1 shows the help of the screen you are on. Type a word to search all of it."),
                _("Up and Down scroll. Esc goes back."),
            ),
        ),
    }
