"""The owner's own words on receipts, from a small text file. Never code: lines with a mark, and a few names.

[머리]            [header], above the title
# 크게            large, in the middle
> 가운데          in the middle
! 굵게            bold
---              a rule; an empty line is an empty row
{가게} {전화} {주소} {단말기}   the shop's own facts
[안내]            [notice], under the payment
[꼬리]            [footer], at the end, in place of the usual thanks
; 이 줄은 안 찍힙니다     a remark for whoever edits the file
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from receipts.document import Blank, Line, Rule, Text
from receipts.rows import Align, Size

SECTIONS = {
    "머리": "header",
    "header": "header",
    "안내": "notice",
    "notice": "notice",
    "꼬리": "footer",
    "footer": "footer",
}
NAMES = {
    "가게": "name",
    "shop": "name",
    "전화": "phone",
    "phone": "phone",
    "주소": "address",
    "address": "address",
    "단말기": "terminal_number",
    "terminal": "terminal_number",
}
LINES_MAX = 16  # A section; longer ones cost a customer paper.
LETTERS_MAX = 200  # A line.
_SECTION = re.compile(r"\[\s*(.+?)\s*\]")
_NAME = re.compile(r"\{\s*([^{}]*?)\s*\}")


class TemplateError(ValueError):
    """A line that can't be used; says which and why, in both languages."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"{line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Template:
    """The three sections, ready for a document."""

    header: tuple[Line, ...] = ()
    notice: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()


def parse_template(text: str, facts: dict[str, str]) -> Template:
    """Read a template.

    Args:
        text: the file.
        facts: what the names stand for: `name`, `phone`, `address`, `terminal_number`.

    Raises:
        TemplateError: the first line that can't be used.
    """
    sections: dict[str, list[Line]] = {}
    rows: list[Line] | None = None
    for number, written in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = written.rstrip()
        if line.startswith(";"):
            continue
        if heading := _SECTION.fullmatch(line):
            rows = _open(sections, heading[1], number)
        elif rows is not None:
            rows.append(_row(line, number, facts))
            if len(rows) > LINES_MAX:
                raise TemplateError(number, f"{LINES_MAX}줄까지 / {LINES_MAX} lines at most")
        elif line:
            raise TemplateError(number, "[머리] [안내] [꼬리] 아래에 / only below a section")
    return Template(**{name: _trimmed(lines) for name, lines in sections.items()})


def _open(sections: dict[str, list[Line]], heading: str, number: int) -> list[Line]:
    name = SECTIONS.get(heading)
    if name is None:
        known = "[머리] [안내] [꼬리]"
        raise TemplateError(
            number, f"모르는 부분, {known} 중 하나 / unknown section: {heading[:20]}"
        )
    if name in sections:
        raise TemplateError(number, f"두 번 / twice: {heading}")
    sections[name] = []
    return sections[name]


def _row(line: str, number: int, facts: dict[str, str]) -> Line:
    if len(line) > LETTERS_MAX:
        raise TemplateError(number, f"{LETTERS_MAX}자까지 / {LETTERS_MAX} letters at most")
    if not line.strip():
        return Blank()
    if set(line) == {"-"} and len(line) >= 3:
        return Rule()
    mark, words = (line[0], line[1:]) if line[0] in "#>!" else ("", line)
    text = _NAME.sub(lambda found: _fact(found[1], number, facts), words).strip()
    if "{" in text or "}" in text:
        raise TemplateError(number, "짝이 없는 중괄호 / a brace without its other")
    match mark:
        case "#":
            return Text(text, Align.CENTER, Size.LARGE, bold=True)
        case ">":
            return Text(text, Align.CENTER)
        case "!":
            return Text(text, bold=True)
        case _:
            return Text(text)


def _fact(name: str, number: int, facts: dict[str, str]) -> str:
    if name not in NAMES:
        known = "{가게} {전화} {주소} {단말기}"
        raise TemplateError(number, f"모르는 이름, {known} 중 하나 / unknown name: {name[:20]}")
    return facts[NAMES[name]].replace("{", "(").replace("}", ")")


def _trimmed(lines: list[Line]) -> tuple[Line, ...]:
    """Empty rows at either end only separate the file's sections."""
    while lines and isinstance(lines[0], Blank):
        lines = lines[1:]
    while lines and isinstance(lines[-1], Blank):
        lines = lines[:-1]
    return tuple(lines)
