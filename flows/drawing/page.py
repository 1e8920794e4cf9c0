"""Web pages around pictures. They fetch nothing."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from flows.drawing.chart import Chart
from flows.drawing.style import FONTS
from flows.drawing.svg import to_svg
from flows.widths import clean


def to_page(chart: Chart) -> str:
    """One picture as a page of its own."""
    return _page(f"{chart.name} {chart.version}", to_svg(chart))


def to_index(charts: Iterable[Chart]) -> str:
    """A page that leads to the picture of each playbook, `NAME.svg` beside it."""
    entries = [
        f'<li><a href="{chart.name}.svg"><b>{escape(chart.name)}</b> {escape(chart.version)}</a>: '
        f"{escape(clean(chart.title))}</li>"
        for chart in charts
    ]
    return _page("Playbooks", "\n".join(["<h1>Playbooks</h1>", "<ul>", *entries, "</ul>"]))


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{escape(clean(title))}</title>
<style>body{{font:1.05rem/1.6 {FONTS};margin:1.5rem}}svg{{max-width:100%;height:auto}}</style>
{body}
</html>
"""
