"""The distribution of waiting times as a picture: bars for how many waited how long, and a line for the share answered
by then. Drawn as SVG that fetches nothing, for light and dark pages and for paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from flows.crisis.words import Language
from flows.waiting_times import EDGES, WaitingTimes, percentile, spans
from rules.units import format_duration

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _SIDE = 760, 300, 46, 34, 52, 168
_SHARES = (50, 90, 99)
_LONG = (" seconds", " second", " minutes", " minute", " hours", " hour", " days", " day")
_SHORT: Mapping[Language, Mapping[str, str]] = {
    "en": dict(zip(_LONG, (" s", " s", " min", " min", " h", " h", " d", " d"), strict=True)),
    "zh-CN": dict(zip(_LONG, ("秒", "秒", "分", "分", "小时", "小时", "天", "天"), strict=True)),
}
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "nobody": "Nobody has been answered, {unanswered} wait",
        "in words": "Time to the first reply: {shown}; {unanswered} not answered",
        "comma": ", ",
        "share": "{share} of 100 within",
        "longest": "the longest wait",
        "none": "none",
        "axis": "time to the first reply, up to …; bars: customers, line: share of all answered by then",
        "promised": "promised: {time}",
        "no reply": "no reply yet",
    },
    "zh-CN": {
        "nobody": "还没有人得到回复，{unanswered}人在等",
        "in words": "首次回复用时：{shown}；{unanswered}人没有得到回复",
        "comma": "，",
        "share": "{share}%的人不超过",
        "longest": "最长等待",
        "none": "未回复",
        "axis": "首次回复用时不超过……；柱：客户人数，线：到那时已得到回复的比例",
        "promised": "承诺：{time}",
        "no reply": "还没有回复",
    },
}
_STYLE = """
.rt text{font:12px system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif;fill:#1c2330}
.rt .dim{fill:#59616f}.rt .under{font-size:11px}.rt .big{font-size:20px;font-weight:600}
.rt .bar{fill:#2f6fb7}.rt .none{fill:#b3203a}.rt .grid{stroke:#e3e7ec}
.rt .share{fill:none;stroke:#b35c00;stroke-width:2}
.rt .dot{fill:#b35c00}.rt .mark{stroke:#59616f;stroke-dasharray:3 3}.rt .promise{stroke:#1f7a3d;stroke-width:2}
.rt .kept{fill:#1f7a3d}
@media (prefers-color-scheme:dark){.rt text{fill:#eceff5}.rt .dim{fill:#a4acba}.rt .bar{fill:#6ea8e6}
.rt .none{fill:#ff8095}.rt .grid{stroke:#2b323d}.rt .share{stroke:#f0a04b}.rt .dot{fill:#f0a04b}
.rt .mark{stroke:#a4acba}.rt .promise{stroke:#5fc27f}.rt .kept{fill:#5fc27f}}
@media print{.rt text{fill:#000}}
"""


def to_svg(waited: WaitingTimes, language: Language = "en") -> str:
    """The picture of these waiting times; those who still wait have a bar of their own. Without anything to draw the
    text is empty."""
    return _Picture(waited, language).drawn() if waited else ""


class _Picture:
    def __init__(self, waited: WaitingTimes, language: Language) -> None:
        self.words, self.short = _WORDS[language], partial(short, language=language)
        self.waits, self.unanswered, self.promised = waited.times, waited.unanswered, waited.promised
        promised, unanswered = waited.promised, waited.unanswered
        found = spans(waited.times)
        last = max([place for place, (_, count) in enumerate(found) if count], default=0)
        needed = next((place for place, edge in enumerate(EDGES) if promised and edge >= promised), 4)
        self.bars = found[: max(last, needed) + 1]
        self.columns = len(self.bars) + (1 if unanswered else 0)
        self.right = _WIDTH - _SIDE
        self.wide = (self.right - _LEFT) / self.columns
        self.base = _HEIGHT - _BOTTOM
        self.most = max([count for _, count in self.bars] + [unanswered, 1])

    def drawn(self) -> str:
        parts = [*self._grid(), *self._bars(), *self._share(), *self._marks(), *self._beside()]
        return (
            f'<svg class="rt" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-label="{self._in_words()}"><style>{_STYLE}</style>{"".join(parts)}</svg>'
        )

    def _in_words(self) -> str:
        if not self.waits:
            return self.words["nobody"].format(unanswered=self.unanswered)
        shown = self.words["comma"].join(f"{label} {value}" for label, value in self._shares())
        return self.words["in words"].format(shown=shown, unanswered=self.unanswered)

    def _shares(self) -> list[tuple[str, str]]:
        """How long so many of a hundred waited."""
        return [
            (self.words["share"].format(share=share), self.short(percentile(self.waits, share))) for share in _SHARES
        ]

    def _grid(self) -> list[str]:
        found = []
        for share in (0, 25, 50, 75, 100):
            y = self._y_share(share)
            found.append(f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{self.right}" y2="{y:.1f}"/>')
            found.append(f'<text class="dim" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share}%</text>')
        return found

    def _bars(self) -> list[str]:
        found = []
        for place, (edge, count) in enumerate(self.bars):
            label = self.short(edge) if edge is not None else f"> {self.short(EDGES[-1])}"
            found += self._bar(place, count, label, "bar")
        if self.unanswered:
            found += self._bar(len(self.bars), self.unanswered, self.words["none"], "none")
        middle = (_LEFT + self.right) / 2
        under = f'<text class="dim" x="{middle:.1f}" y="{_HEIGHT - 10}" text-anchor="middle">'
        found.append(f"{under}{self.words['axis']}</text>")
        return found

    def _bar(self, place: int, count: int, label: str, kind: str) -> list[str]:
        high = (self.base - _TOP - 16) * count / self.most
        x, y = _LEFT + place * self.wide + 3, self.base - high
        middle = x + (self.wide - 6) / 2
        number = f'<text x="{middle:.1f}" y="{y - 5:.1f}" text-anchor="middle">{count:,}</text>' if count else ""
        return [
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{self.wide - 6:.1f}" height="{high:.1f}" rx="2"/>',
            number,
            f'<text class="dim under" x="{middle:.1f}" y="{self.base + 17}" text-anchor="middle">{label}</text>',
        ]

    def _share(self) -> list[str]:
        """The line from nobody to all who were answered."""
        every, done = len(self.waits) + self.unanswered, 0
        points = [(float(_LEFT), float(self.base))]
        for place, (_, count) in enumerate(self.bars):
            done += count
            points.append((_LEFT + (place + 1) * self.wide, self._y_share(100 * done / every)))
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dots = "".join(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points[1:])
        return [f'<polyline class="share" points="{line}"/>{dots}']

    def _marks(self) -> list[str]:
        if self.promised is None:
            return []
        x = self._x(self.promised)
        line = f'<line class="promise" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{self.base}"/>'
        said = self.words["promised"].format(time=self.short(self.promised))
        return [line, f'<text class="kept" x="{x:.1f}" y="{_TOP - 14}" text-anchor="middle">{said}</text>']

    def _beside(self) -> list[str]:
        x = self.right + 28
        if not self.waits:
            return [f'<text class="big" x="{x}" y="{_TOP + 20}">{self.words["no reply"]}</text>']
        told = [*self._shares(), (self.words["longest"], self.short(self.waits[-1]))]
        found = []
        for turn, (label, value) in enumerate(told):
            y = _TOP + 6 + turn * 54
            found.append(f'<text class="dim" x="{x}" y="{y}">{label}</text>')
            found.append(f'<text class="big" x="{x}" y="{y + 23}">{value}</text>')
        return found

    def _y_share(self, share: float) -> float:
        return self.base - (self.base - _TOP) * share / 100

    def _x(self, time: timedelta) -> float:
        """Where a time stands: at the end of its bar, or in it, by the share of its width."""
        before = timedelta(0)
        for place, (edge, _) in enumerate(self.bars):
            if edge is None or time <= edge:
                within = (time - before) / (edge - before) if edge is not None else 1.0
                return _LEFT + (place + within) * self.wide
            before = edge
        return _LEFT + len(self.bars) * self.wide


def short(time: timedelta, language: Language = "en") -> str:
    """A duration by its two largest units, as it fits under a bar: `2 min`, `1 h 30 min`."""
    if time < timedelta(seconds=1):
        return _briefly("1 second" if time > timedelta(0) else "0 seconds", language)
    return _briefly(" ".join(format_duration(timedelta(seconds=round(time.total_seconds()))).split(" ")[:4]), language)


def _briefly(words: str, language: Language) -> str:
    for long, brief in _SHORT[language].items():
        words = words.replace(long, brief)
    return words
