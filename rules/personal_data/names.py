"""The customer's own name in a text: the whole of it, or a part that is surely meant as a name.

Only names that are given are looked for. Profile names on WhatsApp can be anything ("Will", "Sunshine"), so a part of a
name alone counts when it was written with a capital or after "I am"; the first word of a sentence needs the latter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rules.personal_data.plain import Plain, plain_form

_LONGEST_NAME = 80
_TWO_PARTS = (
    "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 司徒 轩辕 軒轅 夏侯 南宫 南宮 端木"
    " 独孤 獨孤 宇文 长孙 長孫 申屠 欧陽 张简 張簡 范姜"
).split()
"""Chinese family names of two characters (百家姓, and two of Taiwan)."""
_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,4}")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_INTRODUCED = re.compile(
    r"(?:(?<![a-z])(?:i am|i'm|im|my name is|name|name's|this is|it's|call me|regards|thanks|soy|me llamo|mi nombre es"
    r"|nombre|saludos|sou|meu nome e|me chamo|nome|saya|nama saya|nama|ich bin|mein name ist|ich heisse|name ist"
    r"|grusse|je suis|je m'appelle|mon nom est|nom|cordialement)|我是|我叫|叫我|我姓|名字是|姓名|本人|انا|اسمي|اسمى|الاسم)"
    r"[\s:,'\"-]*(?:是|叫)?[ ]?$"
)
_TITLES = "先生|女士|小姐|太太|同学|總|总"
_CASED = re.compile(r"[a-z\u00df-\u024f\u0370-\u03ff\u0400-\u04ff]")


def names(plain: Plain, own_names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where any of these names, or a part of one, stands as the customer's name."""
    for name in own_names:
        form = " ".join(_WORD.findall(plain_form(name[:_LONGEST_NAME])))
        if _HAN_NAME.fullmatch(form):
            yield from _chinese(plain, form)
        elif len(form) >= 3:
            yield from _spaced(plain, form.split(" "))


def _chinese(plain: Plain, name: str) -> Iterator[tuple[int, int]]:
    family = name[:2] if name[:2] in _TWO_PARTS and len(name) > 2 else name[0]
    given = name[len(family) :]
    for found in re.finditer(rf"{name}|{family}(?:{_TITLES})", plain):
        yield found.span()
    for alone in {given, f"小{family}", f"老{family}", f"阿{given[-1:]}"}:
        if len(alone) > 1:
            for found in re.finditer(alone, plain):
                if _is_introduced(plain, found.start()):
                    yield found.span()


def _spaced(plain: Plain, parts: list[str]) -> Iterator[tuple[int, int]]:
    whole = r"[\s.,-]{1,3}".join(map(re.escape, parts))
    edges = (r"(?<![^\W_])", r"(?![^\W_])") if _CASED.match(parts[0]) else ("", "")
    if len(parts) > 1:
        for found in re.finditer(f"{edges[0]}{whole}{edges[1]}", plain):
            yield found.span()
    for part in {part for part in parts if len(part) >= 3}:
        for found in re.finditer(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", plain):
            start = found.start()
            if _is_introduced(plain, start) or (plain.is_capital(start) and not _begins_sentence(plain, start)):
                yield found.span()


def _is_introduced(plain: Plain, at: int) -> bool:
    return _INTRODUCED.search(plain[max(0, at - 30) : at]) is not None


def _begins_sentence(plain: Plain, at: int) -> bool:
    before = plain[max(0, at - 5) : at].rstrip(" \"'(*")
    return not before or before[-1] in ".!?。!?\n:;"
