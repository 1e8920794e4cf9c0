"""The customer's own name in a text: the whole of it, or a part that is surely meant as a name.

Only names that are given are looked for. Profile names on WhatsApp can be anything ("Will", "Sunshine"), so a part of a
name alone counts after "I am" or "Mrs", or when the message is signed with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rules.personal_data.plain import Plain, plain_form

_LONGEST_NAME = 80
_TWO_PARTS = frozenset(
    "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 司徒 轩辕 軒轅 夏侯"  # noqa: SIM905
    " 南宫 南宮 端木 独孤 獨孤 宇文 长孙 長孫 申屠 张简 張簡 范姜".split()
)
"""Chinese family names of two characters (百家姓, and two of Taiwan)."""
_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,4}")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_INTRODUCED = re.compile(
    r"(?:(?<![a-z])(?:i am|i'm|im|my name is|name|name's|this is|it's|call me|soy|me llamo|mi nombre es|nombre|sou"
    r"|meu nome e|me chamo|nome|saya|nama saya|nama|ich bin|mein name ist|ich heisse|name ist|hier ist|je suis"
    r"|je m'appelle|mon nom est|nom|mrs?\.?|ms\.?|miss|dr\.?|herrn?|frau|senora?|sra?\.?|dona|ibu|bu|pak|bapak|mbak|kak"
    r"|mme|madame|monsieur)|我是|我叫|叫我|我姓|名字是|姓名|本人|انا|اسمي|اسمى|الاسم|السيدة?|استاذة?)"
    r"[\s:,'\"-]*(?:是|叫)?[ ]?$"
)
_CLOSING = re.compile(
    r"(?:(?<![a-z])(?:regards|cheers|best|thanks|thank you|saludos|gracias|grusse?|danke|cordialement|merci|salam"
    r"|makasih|obrigad[oa]|abracos?)|谢谢|謝謝|شكرا)[\s,.!-]*$"
)
_LAST = re.compile(r"[^\w\n]*(?:\n|$)")
_TITLES = "先生|女士|小姐|太太|同学|同學|总|總"


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
    whole = r"[\s.,&+-]{1,3}".join(map(re.escape, parts))
    if len(parts) > 1:  # Chinese is written without a space around it
        for found in re.finditer(rf"(?<![^\W_\u3400-\u9fff]){whole}(?![^\W_\u3400-\u9fff])", plain):
            yield found.span()
    for part in {part for part in parts if len(part) >= 3}:
        for found in re.finditer(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", plain):
            start = found.start()
            if _is_introduced(plain, start) or _is_signature(plain, *found.span()):
                yield found.span()


def _is_introduced(plain: Plain, at: int) -> bool:
    return _INTRODUCED.search(plain[max(0, at - 30) : at]) is not None


def _is_signature(plain: Plain, start: int, end: int) -> bool:
    """Whether the last word of a line is a name: by its capital, or by the greeting before it."""
    if not _LAST.match(plain, end):
        return False
    return plain.is_capital(start) or _CLOSING.search(plain[max(0, start - 30) : start]) is not None
