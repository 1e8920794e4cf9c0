"""Postal addresses: the words for streets and houses of each language, beside a number.

Every pattern asks for the heart of an address, a street and the number of a house (or a building and a room): a town or
a street alone is where many people live. From there an address is followed to both sides. Where its form is strange to
us it is found behind "address:".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.personal_data.plain import Plain

_HAN = "\u3400-\u9fff"
_COUNT = "(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,4})"
_ROOM = "(?:室|房|层|層|楼|樓)"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


_CHINESE = _compiled(rf"""
    # a road and a number: 世纪大道100号, 信義路五段7號, 文化路一段188巷5弄10號
    (?:路|街|大道|道|巷|弄|胡同|村|里|段) [ ]? (?:{_COUNT}段)? (?:[ ]?{_COUNT}[巷弄]){{0,2}}
        [ ]? {_COUNT} (?:[-之]{_COUNT})? [ ]? (?:号|號|弄) (?!线|線|门店|店)
    # a building and a room: 3栋502室, 8号楼2单元501
  | (?<![0-9a-z])[0-9a-z]{{1,4}} [ ]? (?:号楼|號樓|栋|棟|幢|座|单元|單元|期) [ ]? (?:[0-9]{{1,2}}(?:单元|單元))?
        [ ]? (?:[0-9]{{1,4}} (?:-[0-9]{{1,4}} | [ ]?{_ROOM}) | [0-9]{{3,4}}(?![0-9元块]))
""")
_CHINESE_BEFORE = re.compile(rf"[{_HAN}0-9a-z\-· ]{{0,40}}$")
_CHINESE_START = re.compile(
    "地址|住址|[寄送发發][到往给給至去來]|送货到|住在|我住|家住|家在|位于|收货|收貨|改成|改为|改到|搬到|[:是系係在到为為]"
)
_CHINESE_AFTER = re.compile(
    rf"(?:[ ,]?[{_HAN}]{{0,8}}?[ ]?[0-9a-z一二三四五六七八九十]{{1,5}}(?:-[0-9]{{1,4}})?"
    rf"[ ]?(?:号楼|號樓|栋|棟|幢|座|单元|單元|户|戶|号|號|f|{_ROOM})(?:之[0-9]{{1,2}})?){{1,5}}"
)

_WORD = r"[^\W\d_](?:[^\W\d_]|['.-]){0,24}"  # of a street's name
_NAME = rf"(?P<name>{_WORD}(?:[ -]{_WORD}){{0,4}}?)"
_HOUSE = r"[0-9]{1,5}(?:[ ]?[a-z](?![a-z0-9]))?(?:[-/][0-9]{1,4}[a-z]?)?(?![0-9a-z])"
_NO = r"(?:,?[ ]?(?:nomor|numero|num\.?|nro\.?|no\.?|nr\.?|n\.|\#|blok|km)?[ ]?)"

_ENGLISH = _compiled(rf"""
    (?<![0-9a-z.,/:$€£#-]) (?:(?:flat|apt|unit|suite)[ ]?[0-9a-z]{{1,4}},?[ ])? {_HOUSE} ,?[ ] {_NAME} [ ]
    (?: street|avenue|boulevard|road|lane|st|ave|blvd|rd|ln|pkwy|parkway|crescent|terrace
      | (?P<weak>drive|dr|court|ct|place|pl|square|sq|way|close|highway|hwy|gardens|mews|row|hill|grove)
    )(?![a-z]) \.? (?:[ ](?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|way|court|ct|place|pl)(?![a-z])\.?)?
""")
# Rose Lane 5, Dover: as those write it whose own language puts the number behind
_ENGLISH_STREET_FIRST = _compiled(rf"""
    (?<![a-z0-9]) (?P<name>{_WORD}) [ ] (?:street|avenue|boulevard|road|lane) [ ] {_HOUSE} (?=[ ]?(?:[,.;\n]|$))
""")
_STREET_FIRST = _compiled(rf"""
    (?<![a-z0-9])
    (?: calle|c/|avenida|avda\.?|av\.?|paseo|plaza|camino|carretera|pasaje|jiron|jr\.|calzada|ronda
      | rua|r\.|travessa|praca|alameda|estrada|rodovia|largo|via|viale|piazza
      | jalan|jln\.?|jl\.?|gang|gg\.|komplek|perum(?:ahan)?|dusun
    ) (?:[ ]|(?<=[./])) {_NAME} {_NO} {_HOUSE}
""")
_COLOMBIAN = _compiled(r"""
    (?<![a-z0-9]) (?:calle|cl|carrera|cra|kra|cr|diagonal|transversal|avenida|av)\.? [ ] [0-9]{1,3} [ ]?[a-z]?
    [ ]?(?:sur|norte|bis)? [ ]? (?:\#|no\.?|n\.) [ ]? [0-9]{1,3}[a-z]? [ ]?-[ ]? [0-9]{1,3}(?![0-9])
""")
_FRENCH = _compiled(rf"""
    (?<![0-9a-z.,/:-]) {_HOUSE} (?:[ ]?(?:bis|ter))? ,?[ ]
    (?:rue|avenue|av\.|boulevard|bd|bld|place|chemin|impasse|allees?|quai|route|cours|square|passage|faubourg) [ ]
    (?P<name>(?:(?:de|du|des|la|le|les|l'|d'|saint|st)[ -]?){{0,3}} {_WORD} (?:[ -]{_WORD})?) (?![0-9a-z])
""")
_GERMAN = _compiled(rf"""
    (?<![a-z0-9])
    (?: [^\W\d_]{{2,24}} -? (?:strasse|str\.|gasse|allee|chaussee)
      | (?P<name>[^\W\d_]{{3,24}}) [ -] (?:strasse|str\.|allee|gasse)
    ) [ ]? {_HOUSE}
    # what may be another word as well needs the postal code behind it: Am Waldweg 3, 54321 Beispielhausen
  | (?<![a-z0-9]) (?:(?:am|auf|zum|zur)[ ])? [^\W\d_]{{3,24}}
        [ ] {_HOUSE} [ ]?,[ ]? [0-9]{{5}} [ ] [^\W\d_]{{3,}}(?![0-9])
""")
_ARABIC_PART = "(?:رقم|عمارة|مبني|مبنى|منزل|بناية|شقة|فيلا|الدور|دور|بيت|برج)"
_ARABIC = _compiled(rf"""
    (?:شارع|طريق|حي|حى|عمارة|بناية|مبنى|برج|فيلا|شقة) [ ] [\w ]{{0,30}}?
        (?:[ ,،]*{_ARABIC_PART} [ ]?(?:رقم)?[ ]?[0-9]{{1,5}}(?![0-9])){{1,4}}
  | (?:شارع|طريق) [ ] (?:[^\W\d_]+[ ]){{1,4}} [0-9]{{1,5}}(?![0-9])
  | (?<![0-9])[0-9]{{1,5}} [ ] (?:شارع|طريق) [ ] [^\W\d_]+
""")
_RUKUN = re.compile(r"(?<![a-z0-9])rt[ .]?[0-9]{1,3}[ ]?/?[ ]?rw[ .]?[0-9]{1,3}(?![0-9])")  # Indonesian neighbourhoods
_STATES = (
    "al|ak|az|ar|ca|co|ct|de|dc|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or"
    "|pa|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|pr"
)
_STATE = _compiled(rf"""
    (?<![a-z]) [a-z]{{3,20}}(?:[ ][a-z]{{3,20}})? ,[ ] (?P<state>{_STATES}) [ ] [0-9]{{5}}(?:-[0-9]{{4}})?(?![0-9])
""")  # Springfield, IL 62704
_BEHIND = _compiled(r"""
    # rooms, and then the postal code and the town
    (?: [ ]?[,-]?[ ]?
        (?:apartment|apto|appt|apt|flat|unit|suite|ste|piso|depto|dpto|interior|int|bloco|etage|lantai|\#)\.?
        [ ]? (?:[0-9]{1,4}[a-z]?|[a-z])(?![0-9a-z])
    ){0,3}
    (?: [ ]?,[ ] [^\W\d_]{2,20}(?:[ ][^\W\d_]{2,20})? ,[ ] [a-z]{2} [ ] [0-9]{5}(?:-[0-9]{4})?
      | [ ]?,?[ \n] (?:[^\W\d_]{3,20}[ ,]{1,2})? [a-z]{1,2}[0-9][0-9a-z]? [ ] [0-9][a-z]{2}(?![0-9a-z])
      | [ ]?[,\n-]?[ ]? (?:(?:cp|cep|c\.p\.)[ ]?)? [0-9]{4,5}(?:-[0-9]{3})? [ ] [^\W\d_]{3,20}(?![0-9a-z])
    )?
""")
_LABELLED = _compiled(rf"""
    (?: (?<![a-z])(?<!mail[ ])(?<!ip[ ])(?<!web[ ])(?:address|direccion|endereco|alamat|adresse|anschrift)[ ]*:
      | (?:العنوان|عنواني)[ ]*:
      | (?<!箱)(?<!网)(?:地址|住址)[ ]*[:是为為]
    ) [ ]*
    (?P<it> (?=[^\n!?;。]{{0,80}}[0-9]) (?:[{_HAN}0-9a-z\#\-·() ]{{6,60}} | [^\W_{_HAN}][^\n!?;@\0{_HAN}]{{8,90}}) )
""")

_NO_STREET = frozenset(
    # English
    "a an and at by day days for from hour hours hundred i in is it m metres meters mile miles minute minutes month my"  # noqa: SIM905
    " of off on or order orders out people percent same that the them this times to week weeks with year years your"
    " pcs pieces units dollars euros stars use take open next slow fast bike bus express"
    # Spanish, Portuguese
    " es era esta estaba estan fue hay tiene donde que con por hace son fica tem onde foi estava cerrada llevo"
    # German, Indonesian
    " der die dem den diese dieser eine einer und yang dari dan di ke itu ini".split()
)
"""Words that stand in no street's name, and often between a number and a word for a street."""


def addresses(plain: Plain) -> list[tuple[int, int]]:
    """Where postal addresses stand, in ascending order and apart: two that touch are parts of one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((*_chinese(plain), *_others(plain))):
        if found and not plain[found[-1][1] : start].strip(" ,"):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _others(plain: Plain) -> Iterator[tuple[int, int]]:
    for pattern in (
        _ENGLISH,
        _ENGLISH_STREET_FIRST,
        _STREET_FIRST,
        _COLOMBIAN,
        _FRENCH,
        _GERMAN,
        _ARABIC,
        _RUKUN,
        _STATE,
    ):
        for found in pattern.finditer(plain):
            if _is_street(plain, found):
                behind = _BEHIND.match(plain, found.end())
                yield found.start(), behind.end() if behind else found.end()
    for found in _LABELLED.finditer(plain):
        start, end = found.span("it")
        yield start, start + len(plain[start:end].rstrip(" ,.-("))


def _is_street(plain: Plain, found: re.Match[str]) -> bool:
    """Whether a match is one that only an address can be, and not "2 weeks on the road"."""
    parts = found.groupdict()
    if parts.get("name") and not _NO_STREET.isdisjoint(re.findall(r"[^\W\d_]+", parts["name"])):
        return False
    if parts.get("weak"):
        return plain.is_capital(found.start("name")) and plain.is_capital(found.start("weak"))
    if parts.get("state"):
        return plain.is_capital(found.start("state")) and plain.is_capital(found.start("state") + 1)
    return True


def _chinese(plain: Plain) -> Iterator[tuple[int, int]]:
    for found in _CHINESE.finditer(plain):
        reach = _CHINESE_BEFORE.search(plain[max(0, found.start() - 40) : found.start()])
        lead = reach[0] if reach else ""
        words = [cut.end() for cut in _CHINESE_START.finditer(lead)]
        start = found.start() - len(lead[words[-1] if words else 0 :].lstrip())
        after = _CHINESE_AFTER.match(plain, found.end())
        yield start, after.end() if after else found.end()
