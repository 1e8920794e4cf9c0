"""The page of a certificate: it stands alone, fetches nothing, runs nothing, and prints on one sheet of A4."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from flows.erasing.certificate_words import WORDS, Words, counted

UNSIGNED = "0" * 64
"""What stands in the place of the signature while a page is being signed."""

_STYLE = """
@page{size:A4;margin:14mm}
*{box-sizing:border-box}
body{margin:0 auto;padding:24px;max-width:46rem;color:#1c2330;background:#fff;font:15px/1.5 system-ui,-apple-system,
'Segoe UI','Noto Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}
article+article{margin-top:2.5rem;padding-top:1.5rem;border-top:1px solid #c9ced8}
h1{font-size:1.6rem;margin:0 0 .3rem}
h2{font-size:1.02rem;margin:1.2rem 0 .3rem}
p{margin:.3rem 0}
.lead{color:#4b5362}
.open{border-left:4px solid #b7791f;padding-left:.7rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #e6e9ef}
th{font-weight:600;width:30%}
ul{margin:.2rem 0;padding-left:1.2rem}
code{font:12px/1.4 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
@media print{body{padding:0;font-size:10pt;max-width:none}article+article{break-before:page;border:0}}
"""


def page(statement: Mapping[str, Any], languages: Sequence[str], signature: str = UNSIGNED) -> str:
    """The statement as an HTML page in these languages, one after the other."""
    data = escape(json.dumps(statement, ensure_ascii=True, sort_keys=True, separators=(",", ":")))
    articles = "\n".join(_article(statement, language, WORDS[language], signature) for language in languages)
    return f"""<!doctype html>
<html lang="{languages[0]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="firebreak-certificate" content="{signature}">
<meta name="firebreak-statement" content="{data}">
<title>{escape(WORDS[languages[0]]["title"])} {escape(str(statement["case"]))}</title>
<style>{_STYLE}</style>
</head>
<body>
{articles}
</body>
</html>
"""


def _article(statement: Mapping[str, Any], language: str, words: Words, signature: str) -> str:
    head = (
        (words["case"], str(statement["case"])),
        (words["asked"], words.get(f"demand.{statement['asked']}", words["demand.unknown"])),
        (words["asked_at"], _day(statement["asked_at"])),
        (words["finished_at"], _day(statement["finished_at"])),
        (words["issued_at"], _day(statement["issued_at"])),
    )
    done = "".join(f"<tr><th>{escape(name)}</th><td>{text}</td></tr>\n" for name, text in _done(statement, words))
    reach = "".join(f"<li>{escape(words[f'reach.{each}'])}</li>\n" for each in ("device", "backup", "meta"))
    still_open = f'<p class="open">{escape(words["open"])}</p>' if statement["open"] else ""
    return f"""<article lang="{language}">
<h1>{escape(words["title"])}</h1>
<p class="lead">{escape(words["lead"])}</p>
{still_open}
<table>
{"".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in head)}
</table>
<h2>{escape(words["done"])}</h2>
<table>
{done}</table>
<h2>{escape(words["reach"])}</h2>
<ul>
{reach}</ul>
<h2>{escape(words["proof"])}</h2>
<table>
{_proof(words, "ledger", statement["ledger"])}
{_proof(words, "journal", statement["journal"])}
<tr><th>{escape(words["signature"])}</th><td><code>{signature}</code></td></tr>
</table>
<p class="lead">{escape(words["how"])}</p>
</article>"""


def _done(statement: Mapping[str, Any], words: Words) -> Iterator[tuple[str, str]]:
    """Place by place: its name, and what was done there as HTML."""
    yield words["our_records"], _records(statement, words)
    recalled = [counted(words, name, statement[name]) for name in ("recalled", "confirmed", "not_recalled")]
    yield words["recall"], _lines(recalled)
    yield words["our_phone"], _lines([words["phone.yes" if statement["phone_cleared"] else "phone.no"]])
    yield words["our_backup"], _lines([words[f"backup.{statement['backup']}"]])
    files = [counted(words, name, statement[name]) for name in ("exports_removed", "exports_left")]
    yield words["exports"], _lines(files if any(files) else [words["exports.0"]])


def _records(statement: Mapping[str, Any], words: Words) -> str:
    kept = counted(words, "kept", statement["kept"])
    whys = statement["kept_because"].items()
    reasons = [words.get(f"why.{name}", words["why.decided"]).format(n=number) for name, number in whys]
    because = f"<ul>{''.join(f'<li>{escape(reason)}</li>' for reason in reasons)}</ul>" if reasons else ""
    stays = words["address.stays" if statement["address_stays"] else "address.gone"]
    first = _lines([counted(words, "erased", statement["erased"]), kept])
    last = [counted(words, "masked", statement["masked"]), counted(words, "waiting", statement["waiting"]), stays]
    return f"{first}{because}{_lines(last)}"


def _lines(sentences: Sequence[str]) -> str:
    return "".join(f"<p>{escape(each)}</p>" for each in sentences if each)


def _proof(words: Words, name: str, proof: Mapping[str, Any]) -> str:
    line = words["line"].format(n=proof["line"])
    return f"<tr><th>{escape(words[name])}</th><td>{escape(line)}<br><code>{escape(proof['hash'])}</code></td></tr>"


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
