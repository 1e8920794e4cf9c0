"""Order numbers in a text: what a text may name instead of a person."""

from __future__ import annotations

import re

from rules.personal_data.plain import LONGEST_TEXT

_WORD = (
    r"(?:purchase\s+order|order|invoice|quote|booking|reference|po|ref|订单|訂單|单号|單號|编号|編號|合同|pedido|"
    r"orden|pesanan|bestellung|auftrag|commande)"
)
_SIGN = r"(?:number|numbers|no|nr|num|n[º°]|id|号码|号|號碼|號|编号)?[\s.:：#＃º°]*"
_NUMBER = r"(?=[A-Za-z0-9/-]*[0-9])[A-Za-z0-9][A-Za-z0-9/-]{2,23}(?<![/-])"
_NAMED = re.compile(rf"(?<![A-Za-z]){_WORD}\s*{_SIGN}(?P<number>{_NUMBER})", re.IGNORECASE)
_ALONE = re.compile(rf"[#＃]\s?(?P<number>{_NUMBER})")
_CASE = re.compile(r"(?<![A-Za-z0-9])C-[0-9A-HJKMNP-TV-Z]{10}(?![A-Za-z0-9])")


def find(text: str) -> tuple[str, ...]:
    """The order numbers that a text names, each once, in their order: after a word such as `order`, or after `#`."""
    short = text[:LONGEST_TEXT]
    found = [(match.start(), match["number"]) for pattern in (_NAMED, _ALONE) for match in pattern.finditer(short)]
    return tuple(dict.fromkeys(number for _, number in sorted(found)))


def case_in(text: str) -> str | None:
    """The first number of a case of ours in a text (`C-7K3MQ9XW2A`), if there is one."""
    found = _CASE.search(text)
    return found[0] if found else None
