"""The words before a number that say what it is, in nine languages; and shapes that are something else altogether.

Words are written as people write them, and compared in their plain form (no capitals,
no accents). They were chosen for conversations between customers and shops; add the words that your customers use.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from rules.personal_data.plain import Plain, plain_form

Said = Literal["phone_number", "identity_number", "passport_number", "bank_card", "bank_account", "something_else"]

_WORDS: dict[Said, str] = {
    "phone_number": """
        phone, telephone, tel, cell, cellphone, mobile, mob, call, call me, text me, whatsapp, wa.me/, tel:, phone=,
        ph, fax, contact, contact me, reach me, reached, my number, new number, his number, her number, 电话,
        电话号码, 手机, 手机号, 手机号码, 座机, 联系方式, 联系我, 打给我, 致电, 微信, 加我, 我的号码, 新号码, 電話,
        手機, 聯絡, 聯繫, 門號, 撥打, 我的號碼, 新號碼, teléfono, telefono, tlf, tfno, móvil, celular, cel, llámame,
        llamar, llamen, llamarme, llámenme, mi número, contacto, telefone, telemóvel, fone, zap, ligue, ligar,
        me ligue, meu número, contato, هاتف, هاتفي, الهاتف, جوال, جوالي, الجوال, موبايل, موبايلي, واتساب, واتس,
        رقمي, اتصل, اتصلوا, تواصل, telepon, telp, hp, no hp, nomor hp, ponsel, hubungi, nomor saya, no saya, wa,
        telefon, telefonnummer, handy, handynummer, mobil, mobilnummer, rufnummer, anrufen, erreichbar,
        meine nummer, téléphone, portable, mon numéro, appelez, appeler, joindre, appelez-moi, gsm
    """,
    "identity_number": """
        identity card, identity number, identity no, identification number, identification, national id, id card,
        id number, id no, social security, ssn, national insurance, ni number, nino, nhs number, tax id, tin, nric,
        ic, aadhaar, aadhar, pan, emirates id, iqama, civil id, personnummer, cpr, bsn, pesel, 身份证, 身份证号,
        身份证号码, 身份证件, 证件号, 证件号码, 居民证, 社保号, 身分證, 身分證字號, 身份證, 身份證號碼, 證件號碼,
        統一證號, 居留證, 健保卡, dni, nie, nif, cédula, cedula, cc, curp, rfc, rut, nit, cuit, cuil, documento,
        documento de identidad, número de identidad, seguridad social, carnet de identidad, cpf, rg, cnh,
        cartão de cidadão, cartão cidadão, bilhete de identidade, número de contribuinte, contribuinte, identidade,
        identidad, رقم الهوية, الهوية, هويتي, هوية, بطاقة الهوية, الرقم القومي, رقم قومي, الرقم الوطني,
        الرقم المدني, رقم مدني, البطاقة المدنية, رقم البطاقة الشخصية, البطاقة الشخصية, إقامة, الإقامة, nik, ktp,
        no ktp, npwp, kartu identitas, kartu keluarga, no kk, ausweis, ausweisnummer, personalausweis,
        personalausweisnummer, ausweis-nr, perso-nr, steuer-id, steuer-idnr, steueridentifikationsnummer, idnr,
        steuernummer, sozialversicherungsnummer, rentenversicherungsnummer, carte d'identité,
        carte d'identité nationale, pièce d'identité, cni, sécurité sociale, numéro de sécu, sécu, nir,
        numéro fiscal, carte vitale, titre de séjour, codice fiscale
    """,
    "passport_number": """
        passport, passport number, passport no, travel document, 护照, 护照号, 护照号码, 通行证, 護照, 護照號碼,
        護照號, 通行證, 台胞证, 回乡证, pasaporte, passaporte, جواز, جواز سفر, جواز السفر, جواز سفري, الجواز,
        paspor, pasport, reisepass, reisepassnummer, passnummer, pass-nr, passeport
    """,
    "bank_card": """
        bank card, credit card, debit card, card number, card no, visa, mastercard, amex, unionpay, 银行卡,
        银行卡号, 信用卡, 储蓄卡, 借记卡, 卡号, 銀行卡, 卡號, 信用卡號, 金融卡, 簽帳卡, tarjeta, tarjeta de crédito,
        tarjeta de débito, cartão, cartão de crédito, número do cartão, بطاقة, بطاقتي, البطاقة, رقم البطاقة,
        بطاقة ائتمان, بطاقة بنكية, kartu kredit, kartu debit, nomor kartu, no kartu, kartu atm, kreditkarte,
        kreditkartennummer, kartennummer, bankkarte, girokarte, carte bancaire, carte bleue, carte de crédit,
        numéro de carte
    """,
    "bank_account": """
        bank account, account number, account no, acct no, acct, a/c, iban, sort, sort code, routing number,
        bank transfer, 银行账号, 银行账户, 银行帐号, 收款账号, 收款账户, 账户, 账号, 帐号, 汇款, 汇到, 转账, 转到,
        打款, 银行, 銀行帳號, 銀行帳戶, 帳號, 帳戶, 匯款, 匯到, 轉帳, 轉到, cuenta, cuenta bancaria,
        número de cuenta, clabe, cbu, cvu, cuenta corriente, cuenta de ahorros, conta, conta bancária,
        conta corrente, número da conta, agência, nib, حساب, حسابي, الحساب, رقم الحساب, حساب بنكي, الآيبان, آيبان,
        ايبان, rekening, no rekening, no rek, norek, rek, nomor rekening, konto, kontonummer, bankkonto,
        bankverbindung, kto, compte, compte bancaire, numéro de compte, rib
    """,
    "something_else": """
        order, order number, order no, order id, orders, purchase, invoice, receipt, tracking, tracking number,
        tracking id, tracking code, shipment, parcel, package, consignment, waybill, awb, reference, ref, ticket,
        case, case number, serial, serial number, s/n, imei, sku, model, item, product, article, batch, lot, code,
        otp, pin, verification code, transaction, transaction id, txn, payment id, gift card, sim card,
        loyalty card, voucher, coupon, version, build, android, ios, user id, customer id, customer number, booking,
        reservation, quantity, qty, barcode, ean, isbn, total, price, amount, po, po number, rma, zip, postcode,
        postal code, 订单, 订单号, 订单编号, 单号, 运单号, 快递, 快递单号, 物流, 物流单号, 流水号, 交易号, 序列号,
        编号, 验证码, 校验码, 型号, 批号, 货号, 条码, 礼品卡, 会员卡, 会员号, 版本, 邮编, 数量, 发票, 发票号, 工单,
        工单号, 取件码, 密码, 价格, 金额, qq:, qq号, qq群, qq是, 訂單, 訂單編號, 訂單號, 單號, 貨運單號, 物流單號,
        序號, 序列號, 編號, 驗證碼, 型號, 批號, 發票, 會員, 禮品卡, 郵遞區號, 取貨碼, 數量, pedido, pedidos, orden,
        compra, envío, guía, número de guía, seguimiento, rastreo, factura, referencia, código,
        código de seguimiento, número de serie, recibo, boleta, lote, modelo, encomenda, rastreio, rastreamento,
        código de rastreio, nota fiscal, nf, fatura, protocolo, referência, número de série, cep, código postal,
        طلب, طلبي, الطلب, طلبية, رقم الطلب, شحنة, الشحنة, رقم الشحنة, تتبع, التتبع, رقم التتبع, فاتورة, الفاتورة,
        رقم الفاتورة, رمز, الرمز, كود, مرجع, البوليصة, بوليصة, pesanan, no pesanan, nomor pesanan, resi, no resi,
        nomor resi, kode, kode pos, faktur, paket, transaksi, orderan, bestellung, bestellnummer, bestell-nr,
        auftrag, auftragsnummer, sendung, sendungsnummer, sendungsverfolgung, rechnung, rechnungsnummer,
        paketnummer, seriennummer, artikelnummer, artikel, kundennummer, vorgang, vorgangsnummer, ticketnummer,
        postleitzahl, plz, commande, numéro de commande, colis, suivi, n° de suivi, numéro de suivi, facture,
        référence, réf, numéro de série, dossier, code postal, bon de commande
    """,
}

_FILL = """
    number, numbers, n, no, nr, num, id, is, was, code, it's, its, my, the, of, on, at, to, here, here's, me, numero,
    es, el, la, mi, de, del, e, o, do, da, meu, minha, nummer, ist, lautet, die, der, est, le, mon, ma, nomor, adalah,
    saya, ini, nya, nomer, rufen, unter, sous, au, al, رقم, هو, هي, الخاص, بي, على, عن,
    号, 号码, 号是, 是, 为, 號, 號碼, 編號, 编号, 單號, 单号, 為, 我的, 的, 改为, 改成, 尾号
"""
"""What may stand between such a word and its number without taking anything away from it."""

_REACH = 64  # characters before a number that are looked at: the longest word, and what stands between
_BREAK = r"0-9!?。;\n,،、؟\0"
_CHINESE_OR_ARABIC = re.compile("[\u0600-\u06ff\u2e80-\u9fff]")


def _listed(words: str) -> list[str]:
    return sorted({plain_form(" ".join(word.split())) for word in words.split(",")}, key=len, reverse=True)


def _pattern(words: list[str]) -> str:
    """Any of the words; those of a script with blanks between words only as whole words."""
    glued = [re.escape(word) for word in words if _CHINESE_OR_ARABIC.search(word)]
    whole = [re.escape(word) for word in words if not _CHINESE_OR_ARABIC.search(word)]
    return rf"(?:{'|'.join(glued)}|(?<![a-z])(?:{'|'.join(whole)})(?![a-z]))"


_COPULA = "(?:is|was|是|为|為|es|est|ist|e|adalah|هو|هي)"
_FILLER = rf"[\s:#=.*°\"'()/\-_]*(?:{_pattern(_listed(_FILL))}[\s:#=.*°\"'()/\-_]*){{0,4}}"
_LABEL = "|".join(f"(?P<{kind}>{_pattern(_listed(words))})" for kind, words in _WORDS.items())


class Label(NamedTuple):
    """The nearest word before a number. `close` when nothing but fillers stand between them."""

    said: Said
    close: bool


@cache
def _labels() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Label words; what makes one close; what still lets it reach its number."""
    return re.compile(_LABEL), re.compile(_FILLER), re.compile(rf"[^{_BREAK}.]{{0,25}}")


def label_before(plain: Plain, at: int) -> Label | None:
    """What the words before this place say about the number that begins there."""
    labels, filler, loose = _labels()
    before = plain[max(0, at - _REACH) : at]
    nearest = None
    for nearest in labels.finditer(before):  # noqa: B007  # only the last one is of interest
        pass
    if nearest is None:
        return None
    said: Said = nearest.lastgroup  # type: ignore[assignment]  # the groups are named by the keys of _WORDS
    between = before[nearest.end() :]
    if filler.fullmatch(between):
        return Label(said, close=True)
    return Label(said, close=False) if loose.fullmatch(between) else None


_AFTER = rf"[ ,]*{_COPULA}{_FILLER}(?:{_LABEL})"


@cache
def _label_after() -> re.Pattern[str]:
    return re.compile(_AFTER)


def label_after(plain: Plain, at: int) -> Said | None:
    """What "… is my passport number" says about the number that ends here."""
    found = _label_after().match(plain, at)
    return found.lastgroup if found is not None else None  # type: ignore[return-value]  # see label_before


@cache
def _something_else() -> tuple[re.Pattern[str], ...]:
    """What is a number and nobody's: each pattern matches the whole of it, with the word that says so."""
    word = _pattern(_listed(_WORDS["something_else"]))
    money = "[$€£¥₹₽₩₺฿₫₦₱]"
    codes = (
        "usd|eur|gbp|cny|rmb|hkd|twd|ntd?\\$|hk\\$|us\\$|r\\$|s\\$|idr|rp|sar|sr|aed|dhs?|egp|inr|rs|brl|mxn|ars|cop"
        "|clp|pen|myr|rm|sgd|thb|ngn|kes|ksh|zar|chf|jpy|krw"
    )
    coins = "dollars?|euros?|pesos?|reais|real|rupiah|juta|ribu|riyals?|dirhams?|rupees?|pounds?|francs?|yuan"
    han_coins = "元|块|圆|塊|圓|円|万|萬|ريال|درهم|دولار|جنيه|دينار|الف"
    units = (
        "kg|g|mg|ml|l|cl|cm|mm|m|km|gb|mb|tb|kb|mah|wh|w|v|hz|mhz|ghz|px|dpi|pcs|units?|pieces?|items?|days?|hours?|hrs?"
        "|minutes?|mins?|weeks?|months?|years?|times?|people|unidades?|piezas?|pecas?|dias?|horas?|stuck|tage?|stunden|uhr"
        "|pieces|jours?|heures?|buah|hari|jam|orang|followers|views"
    )
    han_units = (
        "个|個|件|台|臺|条|條|包|箱|套|只|隻|双|雙|斤|克|公斤|毫升|米|厘米|天|小时|小時|分钟|分鐘|年|月|日|次|人|张|張"
    )
    day, month, year = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
    apart = r"(?<![0-9])(?<![0-9][-./:])"  # no number goes on to the left of here
    octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    amount = r"[0-9](?:[0-9.,']|[ ](?=[0-9]{3}(?![0-9]))){0,20}"
    return tuple(
        re.compile(pattern)
        for pattern in (
            # an address in the web, up to a number to call in it
            r"(?:https?://|(?<![a-z0-9])www\.)(?!(?:www\.)?wa\.me/|[!-~]*phone=)[!-~]{1,2000}",
            r"(?<![a-z0-9@.-])(?!wa\.me/)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}/[!-~]{1,2000}",
            # "order no. 123-456 78", "#A-123", "123456 is my order number"
            rf"{word}{_FILLER}(?P<number>)[a-z]{{0,5}}[-_]?[0-9][0-9a-z_/.-]*(?:[ ][0-9]{{1,4}}(?![0-9]))*",
            r"#[ ]?[a-z0-9][a-z0-9_-]*[0-9][a-z0-9_-]*",
            rf"(?<![0-9])[0-9][0-9a-z-]{{4,30}}[ ,]*{_COPULA}{_FILLER}{word}",
            # what parcel services and Amazon print on parcels and orders
            r"(?<![a-z0-9])[a-z]{2}[0-9]{9}[a-z]{2}(?![a-z0-9])",
            r"(?<![a-z0-9])1z[0-9a-z]{16}(?![0-9a-z])",
            r"(?<![a-z0-9])(?:sf|yt|jt|jd|jdvb|jne|jp|zto|sto|yd|ems|lp|cainiao|tba|gm|rx|jjd)[0-9]{9,20}(?![0-9])",
            r"(?<![0-9])[0-9]{3}-[0-9]{7}-[0-9]{7}(?![0-9])",
            # money
            rf"(?:{money}|(?<![a-z])(?:{codes}))\.?[ ]?{amount}",
            rf"(?<![0-9a-z]){amount}[ ]?(?:{money}|(?:{codes}|{coins})(?![a-z0-9$])|{han_coins})",
            # quantities and sizes
            rf"(?<![0-9a-z])[0-9]{{1,8}}(?:[.,][0-9]{{1,6}})?[ ]?(?:%|°|(?:{units})(?![a-z0-9])|{han_units})",
            r"(?<![0-9a-z])[0-9]{1,5}(?:[.,][0-9]{1,3})?(?:[ ]?[x×*][ ]?[0-9]{1,5}(?![0-9])){1,3}",
            # dates, and dates with a time
            rf"{apart}{year}(?P<s>[-/.]){month}(?P=s){day}(?![0-9])",
            rf"{apart}{day}(?P<t>[-/.]){month}(?P=t){year}(?![0-9])",
            rf"{apart}{day}(?P<u>[-/.]){month}(?P=u)[0-9]{{2}}(?![0-9]|[-./ ][0-9])",
            rf"{apart}{month}(?P<v>[-/.]){day}(?P=v){year}(?![0-9])",
            r"(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])",
            # coordinates, decimals, network addresses
            r"[+-]?(?<![0-9.])[0-9]{1,3}\.[0-9]{3,}[ ]?[,;][ ]?[+-]?[0-9]{1,3}\.[0-9]{3,}",
            r"(?<![0-9.])[0-9]\.[0-9]{4,}(?![0-9.-])",
            rf"(?<![0-9.])(?![0-9]{{2}}(?:\.[0-9]{{2}}){{3}}(?![0-9.])){octet}(?:\.{octet}){{3}}(?![0-9]|[.-][0-9])",
        )
    )


def something_else(plain: Plain) -> bytearray:
    """For each character, 1 where it belongs to an order, a parcel, a price, a date, a quantity, a web address."""
    marked = bytearray(len(plain))
    for pattern in _something_else():
        for found in pattern.finditer(plain):
            if "number" in pattern.groupindex:
                label = label_before(plain, found.start("number"))
                if label is not None and label.said != "something_else":
                    continue  # the "code" of "sort code"
            marked[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    return marked
