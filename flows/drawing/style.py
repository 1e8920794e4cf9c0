"""The style sheet of a picture, for a light and for a dark page."""

from __future__ import annotations

from collections.abc import Iterator

from flows.drawing.looks import LOOKS

FONTS = "system-ui,-apple-system,'Segoe UI','Noto Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"

_SHAPES = """
text{font-family:%s;fill:#1c2330}
.heading,.title{font-weight:600}
.word{font-weight:600;opacity:.82}
.page{fill:#ffffff}
.box{stroke-width:1.6}
.icon{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}
.wait .box{stroke-dasharray:7 4;stroke-width:2}
.clock .box{stroke-dasharray:2 3;stroke-width:2.4}
.decide .box{stroke-width:2}
.lead{fill:none;stroke:#59616f;stroke-width:1.5}
.time{stroke-dasharray:6 4}
.lead.other{stroke-dasharray:2 3}
.tip{fill:#59616f}
.chip{fill:#ffffff;stroke:#8a92a0;stroke-width:1}
.lane{fill:#fbf5f6;stroke:#e3ccd0}
a:hover .box,a:focus .box{stroke-width:3}
"""
_DARK_PAGE = """
.page,.chip{fill:#14171d}
text{fill:#eceff5}
.lead,.chip{stroke:#a4acba}
.tip{fill:#a4acba}
.lane{fill:#1d1a1f;stroke:#4d3a40}
"""


def style() -> str:
    """The whole sheet."""
    light = "".join(_of_kinds(dark=False))
    dark = "".join(_of_kinds(dark=True))
    return f"{_SHAPES % FONTS}{light}@media (prefers-color-scheme:dark){{{_DARK_PAGE}{dark}}}"


def _of_kinds(*, dark: bool) -> Iterator[str]:
    for kind, look in LOOKS.items():
        fill, text = (look.dark_fill, look.dark_text) if dark else (look.fill, look.text)
        line = text if dark else look.line
        yield f".{kind} .box{{fill:{fill};stroke:{line}}}.{kind} .icon{{stroke:{text}}}.{kind} text{{fill:{text}}}\n"
