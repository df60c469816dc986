"""A document as one HTML page for a phone. Never fetches, runs or links to anything; all text is escaped.

Outside text is cleaned as for paper first, so that the page says what the paper says.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from receipts.code128 import bars
from receipts.cp949 import clean
from receipts.document import (
    Barcode,
    BigAmount,
    Blank,
    Cut,
    Document,
    Item,
    Items,
    Line,
    Logo,
    Notice,
    Pair,
    Qr,
    Rule,
    Ruler,
    RuleStyle,
    Text,
    Title,
)
from receipts.encoders.dots import qr_modules
from receipts.rows import Size

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """\
body{margin:0;background:#d6d4ce;color:#222;font:16px/1.5 system-ui,"Apple SD Gothic Neo","Noto Sans KR",sans-serif}
main{max-width:26em;margin:1em auto;padding:1.2em;background:#fff}
h1{font-size:1.5em;margin:0;text-align:center}
p{margin:0;overflow-wrap:anywhere}
.c{text-align:center}.r{text-align:right}.b{font-weight:700}.tall,.large{font-size:1.3em}
.pair{display:flex;justify-content:space-between;gap:1em}.pair span{overflow-wrap:anywhere}
.pair span+span,td+td,th+th{text-align:right;font-variant-numeric:tabular-nums}
.pair span+span,td+td,th+th{white-space:nowrap}
.big{font-size:1.6em;font-weight:700}
.note{border:2px solid;padding:.2em;margin:.4em 0;text-align:center;font-weight:700}
hr{border:0;border-top:1px dashed #777;margin:.5em 0}hr.s{border-top:2px solid #222}
table{width:100%;border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.1em .3em .1em 0}
figure{margin:1em 0;text-align:center}svg,img{max-width:100%;height:auto}"""
INDENT_EM = 0.6  # A column of indent.
_SIZES = {Size.NORMAL: "", Size.TALL: " tall", Size.LARGE: " large"}
_ALIGNS = {"left": "", "center": " c", "right": " r"}


def to_html(document: Document) -> str:
    """Return the page."""
    title = next((line.text for line in document.lines if isinstance(line, Title)), "")
    body = "\n".join(filter(None, (_line(line) for line in document.lines)))
    return (
        '<!doctype html>\n<html lang="ko"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">\n'
        f"<title>{_text(title)}</title>\n<style>{STYLE}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def _text(text: str) -> str:
    return escape(clean(text).strip())


def _line(line: Line) -> str:
    match line:
        case Title(text):
            return f"<h1>{_text(text)}</h1>"
        case Notice(text):
            return f'<p class="note">{_text(text)}</p>'
        case Text(text, align, size, bold, indent):
            looks = _ALIGNS[align.value] + _SIZES[size] + (" b" if bold else "")
            return f'<p class="{looks.strip()}"{_indent(indent)}>{_text(text)}</p>'
        case Pair(left, right, size, bold, indent):
            return _pair(left, right, f"pair{_SIZES[size]}{' b' if bold else ''}", indent)
        case BigAmount(label, amount):
            return _pair(label, amount, "pair big", 0)
        case Items(header, items):
            return _table(header, items)
        case Rule(style):
            return '<hr class="s">' if style is RuleStyle.STRONG else "<hr>"
        case Blank(rows):
            return "<br>" * rows
        case Qr(content, caption):
            return f"<figure>{_qr(content)}<figcaption>{_text(caption)}</figcaption></figure>"
        case Barcode(content, caption):
            words = f"{_text(content)}<br>{_text(caption)}" if caption else _text(content)
            return f"<figure>{_bars(content)}<figcaption>{words}</figcaption></figure>"
        case Logo():
            return f'<figure><img alt="" src="{_logo(line)}"></figure>'
        case Ruler() | Cut():  # A phone has no columns and no knife.
            return ""


def _indent(columns: int) -> str:
    return f' style="padding-left:{columns * INDENT_EM:g}em"' if columns else ""


def _pair(left: str, right: str, looks: str, indent: int) -> str:
    spans = f"<span>{_text(left)}</span><span>{_text(right)}</span>"
    return f'<p class="{looks}"{_indent(indent)}>{spans}</p>'


def _table(header: Item, items: Sequence[Item]) -> str:
    rows = [_cells(header, "th"), *(_cells(item, "td") for item in items)]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _cells(item: Item, tag: str) -> str:
    texts = (item.name, item.unit_price, item.quantity, item.amount)
    return "".join(f"<{tag}>{_text(text)}</{tag}>" for text in texts)


def _qr(content: str) -> str:
    modules = qr_modules(content)
    side = len(modules)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark
    )
    return _svg(side, side, side * 4, path)


def _bars(content: str) -> str:
    drawn = bars(content)
    path = "".join(f"M{x} 0h1v40h-1z" for x, module in enumerate(drawn) if module == "1")
    return _svg(len(drawn), 40, len(drawn) * 2, path)


def _svg(wide: int, high: int, shown: int, path: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {wide + 8} {high + 8}" '
        f'width="{shown}" shape-rendering="crispEdges" role="img"><path d="{path}"/></svg>'
    )


def _logo(line: Logo) -> str:
    from io import BytesIO

    from PIL import Image, ImageOps  # Only where there is a logo.

    high = len(line.dots) // ((line.width_dots + 7) // 8)
    picture = ImageOps.invert(Image.frombytes("1", (line.width_dots, high), line.dots).convert("L"))
    out = BytesIO()
    picture.convert("1").save(out, "PNG")
    return "data:image/png;base64," + b64encode(out.getvalue()).decode("ascii")
