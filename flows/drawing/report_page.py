"""A report as a web page to print, and as Markdown. The page fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from flows.drawing import reply_times
from flows.drawing.style import FONTS
from flows.widths import clean

if TYPE_CHECKING:
    from flows.crisis.words import Language
    from flows.telling.report import Section, Sheet, Table

_STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.55 %s;max-width:52rem;margin:2.5rem auto;padding:0 1.25rem;color:#1c2330;background:#fff}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.1rem;margin:2.2rem 0 .5rem;padding-top:.8rem;border-top:1px solid #d9dde4}
figure{margin:1rem 0}figure svg{width:100%%;height:auto}
.when{color:#59616f;margin:0}
table{border-collapse:collapse;width:100%%;margin:.5rem 0;font-size:.95rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .9rem .35rem 0;border-bottom:1px solid #eceff3}
th{font-weight:600;color:#59616f}
td:first-child{white-space:nowrap}
@media (max-width:40rem){td:first-child{white-space:normal}}
@media (prefers-color-scheme:dark){body{color:#eceff5;background:#14171d}
h2{border-color:#333a46}td,th{border-color:#262c36}th,.when{color:#a4acba}}
@media print{figure{break-inside:avoid}
body{margin:0;max-width:none;color:#000;background:#fff;font-size:10pt}tr{break-inside:avoid}
h2{break-after:avoid}}
"""


def to_html(report: Sheet) -> str:
    """The report as a page of its own."""
    body = "\n".join(part for section in report.sections for part in _section(section, report.language))
    return f"""<!doctype html>
<html lang="{report.language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{_plain(report.title)}</title>
<style>{_STYLE % FONTS}</style>
<h1>{_plain(report.title)}</h1>
<p class="when">{_as_of(report)}</p>
{body}
</html>
"""


def to_markdown(report: Sheet) -> str:
    """The report as Markdown."""
    parts = [f"# {clean(report.title)}", _as_of(report)]
    for section in report.sections:
        parts.append(f"## {clean(section.title)}")
        parts += [clean(each) for each in section.sentences]
        if section.table:
            parts.append("\n".join(_rows(section.table)))
    return "\n\n".join(parts) + "\n"


def _section(section: Section, language: Language) -> Iterator[str]:
    yield f"<h2>{_plain(section.title)}</h2>"
    yield from (f"<p>{_plain(each)}</p>" for each in section.sentences)
    if section.waited:
        yield f"<figure>{reply_times.to_svg(section.waited, language)}</figure>"
    if section.table:
        head, *rows = section.table
        yield "<table>"
        if any(head):
            yield f"<thead><tr>{''.join(f'<th>{_plain(cell)}</th>' for cell in head)}</tr></thead>"
        yield "<tbody>"
        yield from (f"<tr>{''.join(f'<td>{_plain(cell)}</td>' for cell in row)}</tr>" for row in rows)
        yield "</tbody></table>"


def _as_of(report: Sheet) -> str:
    at = f"{report.written_at:%Y-%m-%d %H:%M} UTC"
    return f"截至 {at}" if report.language == "zh-CN" else f"As of {at}"


def _rows(table: Table) -> Iterator[str]:
    head, *rows = table
    yield _row(head)
    yield _row(("---",) * len(head))
    yield from map(_row, rows)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(clean(cell).replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in cells)} |"


def _plain(text: str) -> str:
    return escape(clean(text))
