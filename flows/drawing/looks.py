"""How each kind of thing looks: a shape, a colour, an icon and a word, so that each alone is enough to tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flows.drawing.chart import Kind

Shape = Literal["round", "bubble", "person", "dashed", "point", "plain", "folded", "clock", "dark", "octagon"]


@dataclass(frozen=True)
class Look:
    """`fill`, `line` and `text` are colours on a light page, `dark_fill` and `dark_text` on a dark one. `icon` is a
    path in a square of 16 pixels; `sign` stands for it where only text can; `means` is the legend."""

    shape: Shape
    fill: str
    line: str
    text: str
    dark_fill: str
    dark_text: str
    icon: str
    sign: str
    means: str


LOOKS: Mapping[Kind, Look] = {
    "begin": Look(
        *("round", "#e8eaf0", "#4a5468", "#1c2330", "#2c3444", "#eef1f7"),
        *("M4 2.5 13.5 8 4 13.5Z", "▶", "starts it"),
    ),
    "say": Look(
        *("bubble", "#dcebfd", "#1f62b5", "#0c2f5c", "#15365f", "#e3f0ff"),
        *("M2 2.5H14V10.5H7.5L4 14V10.5H2ZM4.5 5.5H11.5M4.5 7.8H9.5", "💬", "says something to the customer"),
    ),
    "human": Look(
        *("person", "#ffe9cf", "#b35c00", "#4f2900", "#573308", "#fff1e0"),
        *(
            "M8 2A2.8 2.8 0 1 1 8 7.6 2.8 2.8 0 1 1 8 2ZM2.5 14.5C2.5 11 5 9.2 8 9.2S13.5 11 13.5 14.5Z",
            "👤",
            "needs a person",
        ),
    ),
    "wait": Look(
        *("dashed", "#efe4fb", "#7338b0", "#361459", "#412461", "#f5ecff"),
        *(
            "M3 1.5H13M3 14.5H13M4.5 1.5C4.5 6 8 6 8 8S4.5 10 4.5 14.5M11.5 1.5C11.5 6 8 6 8 8S11.5 10 11.5 14.5",
            "⏳",
            "waits",
        ),
    ),
    "decide": Look(
        *("point", "#fff6bf", "#8a7200", "#3d3200", "#4b4006", "#fff8d2"),
        *("M8 1.5V6L3 11V14.5M8 6 13 11V14.5M1 12.5 3 14.5 5 12.5M11 12.5 13 14.5 15 12.5", "◇", "decides"),
    ),
    "act": Look(
        *("plain", "#f2f2f0", "#6b6b66", "#26261f", "#333330", "#f2f2ee"),
        *("M2.5 8.5 6.3 12.3 13.5 4.5", "✓", "does something else"),
    ),
    "link": Look(
        *("folded", "#daf3e0", "#1f7a3d", "#0b3a1b", "#15401f", "#e2fbe8"),
        *("M2 8H12.5M8.5 3.5 13 8 8.5 12.5", "➜", "starts another playbook"),
    ),
    "clock": Look(
        *("clock", "#fde0e4", "#b3203a", "#55091a", "#5a1523", "#ffe7ea"),
        *("M8 1.8A6.2 6.2 0 1 1 8 14.2 6.2 6.2 0 1 1 8 1.8ZM8 4.5V8L10.6 9.8", "⏱", "a promise: its clock runs"),
    ),
    "close": Look(
        *("dark", "#2f3747", "#2f3747", "#ffffff", "#dfe4ee", "#161b26"),
        *("M3.5 3.5H12.5V12.5H3.5Z", "■", "ends"),
    ),
    "stop": Look(
        *("octagon", "#ffffff", "#b3203a", "#55091a", "#1a1d24", "#ffd9de"),
        *("M8 1.8A6.2 6.2 0 1 1 8 14.2 6.2 6.2 0 1 1 8 1.8ZM3.8 3.8 12.2 12.2", "⊘", "stops without an end"),
    ),
}
"""Dark on light and the other way round, at a contrast of at least 7 to 1."""
