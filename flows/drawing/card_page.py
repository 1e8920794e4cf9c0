"""The card as a web page that prints on one sheet of A4, lengthwise. It fetches nothing; black and white will do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from math import ceil

from flows.drawing.card import Card, Next, Row
from flows.drawing.wording import Wording
from flows.widths import cells, clean

FACES = (
    "Arial,Helvetica,'Liberation Sans','Noto Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',"
    "sans-serif"
)
SHEET = (297.0, 210.0)  # millimetres
EDGE = 8.0
POINT = 25.4 / 72  # millimetres
LARGEST, SMALLEST, TINIEST = 11.0, 7.0, 5.5  # points: what is read from near; names and times are larger
COLUMNS = (37.0, 54.0, 39.0, 107.0, 44.0)  # millimetres, 281 together
LETTER = 0.53  # ems; common faces take 0.44 to 0.47 on the average, DejaVu 0.55; a Chinese character takes 1
SLACK = 2.0  # millimetres left free, for what rounding takes
LEADING = 1.25
NOTES = 0.88
SIGNS = 1.1  # signs are read from farther away than steps


def to_card(card: Card, say: Wording) -> str:
    """The page. What it holds decides the size of its letters, and how many steps of each playbook it tells."""
    card, size = fitting(card)
    made = "Made from the rules in force by `firebreak card`; newer rules need a new card."
    footer = _draft(say) if card.draft else say(made)
    draft = f"<p>{_e(footer)}</p>" if card.draft else ""
    return f"""<!doctype html>
<html lang="{escape(say.language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{_e(say("How bad is it, and who acts?"))}</title>
<style>{_style(size, card)}</style>
<main>
<header><h1>{_e(say("How bad is it, and who acts?"))}</h1>{draft}{_unknown(card, say)}</header>
<table class="levels">
<thead><tr>{"".join(f"<th>{_e(say(name))}</th>" for name in _HEADS)}</tr></thead>
<tbody>
{"".join(_level(number, row, say) for number, row in enumerate(card.levels, 1))}</tbody>
</table>
<section>
<div><h2>{_e(say("What else begins"))}</h2>
<table class="others">{"".join(_other(row, say) for row in card.others)}</table></div>
<div><h2>{_e(say("What no text may do"))}</h2>
<ul>{"".join(f"<li>{_e(line)}</li>" for line in card.never)}</ul></div>
</section>
<footer>{_e(footer)}
{_e(say("A procedure as a whole: `firebreak graph NAME`."))}
{_e(say("Content"))} {_e(card.digest)} · {_e(" · ".join(card.versions))}</footer>
</main>
</html>
"""


_HEADS = ("How bad", "What it looks like", "Who acts", "What happens next", "If late, and afterwards")


def _draft(say: Wording) -> str:
    """What marks a card of content that is not in force; not from the wording, which may be older than this mark."""
    return "草稿，尚未生效" if say.language.startswith("zh") else "DRAFT, not in force"


def _unknown(card: Card, say: Wording) -> str:
    if not card.unknown:
        return ""
    return f"<p>{_e(say('Not known yet? It counts as: {level}').replace('{level}', card.unknown))}</p>"


def _level(number: int, row: Row, say: Wording) -> str:
    signs = "".join(f"<li>{_e(sign)}</li>" for sign in row.signs)
    within = f"<span>{_e(say('first reply within'))}</span><b>{_e(row.within)}</b>" if row.within else ""
    broken = f"<p><span>{_e(say('who then hears of it'))}</span><b>{_e(row.broken)}</b></p>" if row.broken else ""
    after = f"<p class='later'>{'<br>'.join(_e(line) for line in row.after)}</p>" if row.after else ""
    nothing = f"<li>{_e(say('Nothing starts by itself.'))}</li>" if not row.playbook else ""
    return f"""<tr class="level{min(number, 3)}">
<th scope="row"><i>{number}</i><strong>{_e(row.name)}</strong></th>
<td><ul>{signs}</ul></td>
<td class="who"><b>{_e(row.who)}</b><small>{_e(row.who_is)}</small><p>{within}</p></td>
<td><ol>{"".join(_next(each, say) for each in row.next)}{nothing}</ol></td>
<td class="clock">{broken}{after}</td>
</tr>
"""


def _next(each: Next, say: Wording) -> str:
    when = f"<em>{_e(each.when)}{say.colon}</em>" if each.when else ""
    notes = f" <small>{_e(' · '.join(each.notes))}</small>" if each.notes else ""
    return f"<li>{when}<b>{_e(each.who or say('we write'))}{say.colon}</b>{_e(each.what)}{notes}</li>"


def _other(row: Row, say: Wording) -> str:
    within = f" · {_e(say('first reply within'))} {_e(row.within)}" if row.within else ""
    what = "".join(_e(each.what) for each in row.next)
    notes = "".join(f" <small>{_e(' · '.join(each.notes))}</small>" for each in row.next if each.notes)
    return f"<tr><td>{_e(row.name)}</td><td><b>{_e(row.who)}</b>{within}</td><td>{what}{notes}</td></tr>"


# -- one sheet -----------------------------------------------------------------------------------------------------


def fits(card: Card) -> bool:
    """Whether the card fits on one sheet in letters that can be read."""
    return height_of(*fitting(card)) <= SHEET[1] - 2 * EDGE


def fitting(card: Card) -> tuple[Card, float]:
    """The card and the size of letters at which it fits: all steps first, then fewer, then smaller letters still."""
    shorter, size = card, SMALLEST
    for shorter, size in _tries(card):
        if height_of(shorter, size) <= SHEET[1] - 2 * EDGE - SLACK:
            break
    return shorter, size


def _tries(card: Card) -> Iterator[tuple[Card, float]]:
    most = max((len(row.next) for row in card.levels), default=1)
    for kept in range(most, 0, -1):
        shorter = replace(card, levels=tuple(replace(row, next=row.next[:kept]) for row in card.levels))
        smallest = SMALLEST if kept > 1 else TINIEST
        yield from ((shorter, LARGEST - step * 0.25) for step in range(int((LARGEST - smallest) / 0.25) + 1))


def height_of(card: Card, size: float) -> float:
    """At most how high the page is, in millimetres."""
    line = size * POINT * LEADING
    rows = sum(max(_row_lines(row, size)) * line + 4.2 for row in card.levels)
    others = 0
    for row in card.others:
        told = sum(_ems(each.what) + NOTES * _ems(" ".join(each.notes)) for each in row.next)
        within = f" first reply within {row.within}" if row.within else ""
        others += max(
            _lines(row.name, 55, size - 1), _lines(row.who + within, 45, size - 1), _filled(told, 91, size - 1)
        )
    never = sum(_lines(each, 74, size - 1) for each in card.never)
    footer = _lines(" ".join((*card.versions, card.digest, "x" * 90)), 280, 6.5) * 6.5 * POINT * LEADING
    return 17 + rows + 7.5 + max(others * (line * 0.93) + 1.2 * len(card.others), never * line) + footer + 2


def _row_lines(row: Row, size: float) -> Iterator[float]:
    _, signs, who, following, later = COLUMNS
    yield 5.2
    yield sum(_lines(sign, signs - 9, size * SIGNS) * SIGNS + 0.2 for sign in row.signs)
    yield _lines(row.who, who - 4, size * 1.35) * 1.35 + _lines(row.who_is, who - 4, size * 0.8) * 0.8 + 1 + 2.6
    told = (
        _ems(f"{each.when} {each.who or 'we write'} {each.what} ") + NOTES * _ems(" ".join(each.notes))
        for each in row.next
    )
    yield sum(_filled(ems, following - 9, size) for ems in told) + 0.2 * len(row.next)
    yield (
        1
        + _lines(row.broken, later - 4, size * 1.2) * 1.2
        + 0.8
        + sum(_lines(each, later - 4, size) for each in row.after)
    )


def _lines(text: str, width: float, size: float) -> int:
    """At most so many lines of so many millimetres."""
    return _filled(_ems(text), width, size)


def _filled(ems: float, width: float, size: float) -> int:
    return ceil(ems * size * POINT / width + 0.08) if ems else 0


def _ems(text: str) -> float:
    wide = sum(cells(character) == 2 for character in text)
    return wide + (len(text) - wide) * LETTER


def _style(size: float, card: Card) -> str:
    longest = max((cells(row.name) for row in card.levels), default=1)
    largest = min(24.0, round((COLUMNS[0] - 7) / (longest * 0.74 * POINT), 1))
    widths = "".join(f".levels th:nth-child({n}){{width:{width}mm}}" for n, width in enumerate(COLUMNS, 1))
    return f"""
@page{{size:A4 landscape;margin:{EDGE}mm}}
*{{box-sizing:border-box;margin:0;padding:0}}
html{{background:#fff;color:#000;font:{size}pt/{LEADING} {FACES}}}
html{{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
main{{width:281mm;margin:auto}}
header{{display:flex;justify-content:space-between;align-items:baseline;gap:8mm;margin-bottom:2mm}}
h1{{font-size:21pt;line-height:1.15}}
header p{{font-size:13pt;font-weight:700;border:.6mm solid #000;border-radius:2mm;padding:.6mm 3mm}}
table{{border-collapse:collapse;width:281mm;table-layout:fixed}}
{widths}
th,td{{text-align:left;vertical-align:top}}
.levels td{{border:.3mm solid #000;padding:1.6mm 2mm}}
thead th{{font-size:9pt;padding:.8mm 2mm;font-weight:600;letter-spacing:.02em}}
tbody th{{border:.3mm solid #000;padding:1.6mm 2mm;overflow-wrap:break-word}}
tbody th i{{display:block;font:800 30pt/1 {FACES}}}
tbody th strong{{display:block;font-size:{largest}pt;line-height:1.15;text-transform:uppercase}}
.level1 th{{background:#000;color:#fff}}
.level2 th{{background:linear-gradient(90deg,#000 2.4mm,#d4d4d4 2.4mm);padding-left:4.4mm}}
.level3 th{{background:#fff}}
ul,ol{{padding-left:4.6mm}}
.levels li{{margin-bottom:.2em}}
.levels ul li{{font-weight:600;font-size:{SIGNS}em}}
.who b{{display:block;font-size:1.35em;line-height:1.15}}
.who small{{display:block;font-size:.8em;line-height:1.25}}
.who p{{margin-top:1.2mm;line-height:1.1}}
.who p span,.clock span{{display:block;font-size:.8em}}
.who p b{{font-size:1.75em}}
.clock b{{font-size:1.2em}}
.later{{margin-top:1.2mm}}
em{{font-style:normal;text-decoration:underline}}
small{{font-size:{NOTES}em}}
section{{display:flex;gap:6mm;margin-top:2.5mm}}
section>div:first-child{{width:195mm}}
section>div:last-child{{width:80mm}}
h2{{font-size:11pt;line-height:1.3}}
.others{{width:195mm;font-size:{size - 1}pt}}
.others td{{border-top:.2mm solid #000;padding:.5mm 1.5mm .5mm 0}}
.others td:nth-child(1){{width:56mm;font-weight:600}}
.others td:nth-child(2){{width:46mm}}
section ul{{font-size:{size - 1}pt;list-style:"✗  "}}
footer{{font-size:6.5pt;margin-top:2.5mm;color:#333}}
@media screen{{body{{background:#fff;padding:6mm}}}}
"""


def _e(text: str) -> str:
    return escape(clean(text))
