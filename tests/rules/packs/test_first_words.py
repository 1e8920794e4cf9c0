"""The first words to somebody who complains, in eight languages: empathy and a promise to look, and nothing else; and
what must never be said to many, or in a quarrel."""

from __future__ import annotations

import pytest

from tests.rules.packs.shipped_packs import VOCABULARY
from tests.rules.packs.test_pack_guards import GUARDS

FIRST = VOCABULARY.gate({"first_reply": True, "had_first_reply": False})
LATER = VOCABULARY.gate({"first_reply": True, "had_first_reply": True})
IN_A_GROUP = VOCABULARY.gate({"audience": "group"})
TO_EVERYBODY = VOCABULARY.gate({"audience": "everybody"})
EXPLAINS = {"no-excuses-first", "no-reasons-first"}

KIND = """
Oh no, this is really not what you should have received. Give us a few minutes, a colleague is looking at it right now.
We are so sorry to read this. Please give us a moment, we are checking and will come back to you here.
That must be very frustrating. I am looking into your order now and will write again within the hour.
Hello Maria, I am sorry that your parcel arrived damaged. We will find out what happened and get back to you today.
This hurts to read. Thank you for telling us; somebody is on it at this moment.
I can imagine how upset you are. I will check with the courier and tell you what I learn.
You waited two weeks, and nobody answered: that is not how it should be. I have your message and will look at it now.
We hear you. Please give me ten minutes, I will look at the order and write to you here.
Are you all right? Please switch the charger off and keep away from it. A colleague will call you now.
Sorry to hear that your courier left the parcel in the rain. I am on it.
We are sorry about the accident with the kettle, and we hope that nobody is hurt. Somebody will call you at once.
Thank you for the photo, I can see the crack. I am passing it to a colleague who will write to you shortly.
I am truly sorry. We will look into it and you will hear from us before 6 pm.
What a disappointment after such a long wait. Let me see what happened to it.
That is not the experience we want you to have. We are checking it and will be back with you soon.
Your message is with a colleague who will take care of it personally.
We understand that you are angry, and you have every right to be. Give us a moment to look at it.
Please do not use the device any more. We take this very seriously and somebody will call you.
I am asking the warehouse what happened to your order and will tell you right away.
No one should have to write three times. I am sorry, and I am looking at your case now.
天哪，看到您的消息心里真不好受。请给我们几分钟，马上去查，查到了就在这里回您。
您好，真的很抱歉让您遇到这样的事。同事正在看您的订单，很快给您回复。
包裹破成这样，换谁都会生气。您发的照片我看到了，这就去核实。
看到您说快递一直没到，我们也很着急，马上帮您查。
您先别碰那个充电器，人没事吧？我们的负责人马上给您打电话。
等了两周还没收到，确实太久了。给我十分钟，我查清楚就回您。
谢谢您告诉我们，您的话已经转给负责的同事，今天内一定给您答复。
让您这么失望，我们很难过。请稍等，正在核实您的订单。
您说的情况我们已经记下，马上有人跟进。
真心抱歉，给您造成了这么多麻烦。我们这就去查。
我们会查清原因，再回来告诉您。
您的心情我们理解，请给我们一点时间看一看。
Sentimos mucho leer esto. Denos unos minutos, una compañera lo está mirando y le escribimos aquí.
Qué mal rato ha pasado usted. Vamos a averiguar qué ha ocurrido y le contestamos hoy mismo.
Lamentamos que su pedido llegara roto. Ya lo estamos revisando.
Entiendo su enfado. Deme un momento para ver su pedido.
Gracias por avisarnos, lo está viendo ahora una persona del equipo.
Sentimos muito por isso. Dê-nos alguns minutos, já estamos a verificar.
Que situação desagradável. Um colega está a olhar para o seu caso e responde aqui.
Lamentamos ler que a sua encomenda chegou partida. Vamos ver o que aconteceu.
Obrigado por nos avisar. Já estamos vendo o seu pedido.
نأسف جدا لما حدث معك. امنحنا بضع دقائق، زميلنا يراجع طلبك الآن وسنعود إليك هنا.
نتفهم غضبك تماما. سنتحقق من الأمر ونكتب لك اليوم.
شكرا لأنك أخبرتنا، هناك من يتابع رسالتك الآن.
يؤسفنا أن طلبك وصل مكسورا، سنبحث في الأمر فورا.
Kami sangat menyesal membaca ini. Beri kami beberapa menit, rekan kami sedang memeriksanya.
Pasti kesal sekali menunggu selama itu. Saya cek sekarang dan segera kembali ke sini.
Terima kasih karena sudah memberi tahu kami. Tim kami sedang melihat pesanan Anda.
Maaf, ini bukan pengalaman yang seharusnya Anda dapatkan. Kami periksa dulu ya.
Das tut uns wirklich leid. Geben Sie uns ein paar Minuten, eine Kollegin sieht es sich gerade an.
Das hätte nicht passieren dürfen. Wir schauen nach und melden uns heute noch hier.
Es tut uns leid, dass Ihr Paket beschädigt ankam. Wir kümmern uns sofort darum.
Ich verstehe Ihren Ärger. Einen Moment bitte, ich sehe mir Ihre Bestellung an.
Danke für das Foto. Wir klären mit dem Lager, was da geschehen ist.
Nous sommes vraiment désolés. Laissez-nous quelques minutes, une collègue regarde cela tout de suite.
Ce n'est pas ce que vous auriez dû recevoir. Nous regardons et revenons vers vous ici.
Je comprends votre colère. Je vérifie votre commande et je vous réponds aujourd'hui.
Nous sommes désolés que votre colis soit arrivé abîmé. Quelqu'un s'en occupe maintenant.
Merci de nous l'avoir dit, votre message est entre de bonnes mains.
I am reading your message and I feel bad about it. One moment please, I will look and come straight back.
Sorry, this is awful. We are looking at it as fast as we can.
Your order matters to us. We will be in touch in a few minutes with what we have found.
We have your message and are on it; please hold on a little.
看到蛋糕摔成这样，真替您难过，生日还被扫了兴。我们马上处理。
Hi Anna, I just read what happened with the blender. That's awful, and I'm glad you told us. I'm checking it now.
This is not okay, and I'm sorry. Give me five minutes to look at what went wrong and I'll write right back.
Thanks for flagging this, we know waiting is no fun. Somebody from our team is already looking.
I'm so sorry you had to chase us. I've got your order open in front of me now.
How upsetting, especially on a birthday. We will look at it straight away and let you know.
First of all: is everyone safe? Please leave the house if you smell gas. We'll call you now.
Sorry you were charged twice. I'm looking into it now and will come back before noon.
We're really sorry about the crash in the app just when you wanted to pay. A colleague is looking.
Hello, I've seen your photo, that dress is clearly torn. Let me sort this out for you.
We are sorry that the delivery is so late. I will find out where it is and tell you today.
I feel terrible reading this. Please stay with me for a moment.
Thank you for your patience and for the pictures; we are on the case.
Your complaint has reached us and we take it seriously. We'll be back here shortly.
I understand why you're furious. Let me check first, then I'll tell you exactly what I know.
您好，这么重要的日子出这种事，真的太让人难受了。我马上去看。
东西坏成这样，您生气是应该的。请等我几分钟。
收到您的消息了，别着急，我们正在查您的包裹到哪儿了。
抱歉让您催了这么多次，您的订单我现在就看。
扣了两次款肯定很着急，我们马上核对，今天给您结果。
您和孩子都还好吗？请先停用，我们马上给您打电话。
看到您发来的照片，确实不该这样，我们这就处理。
Vaya, esto no tendría que haber pasado. Lo miro ahora mismo y le digo algo enseguida.
Sentimos que haya tenido que escribir tres veces. Estamos con ello.
Gracias por la foto, se ve perfectamente el daño. Le respondemos en unos minutos.
Que chato isso, ainda mais no aniversário. Já estou vendo e volto a falar com você.
Lamento muito a espera. Estou com o seu pedido aberto agora.
نأسف على كل هذا الانتظار. نحن ننظر في طلبك الآن.
سلامتكم أولا، هل أصيب أحد؟ سنتصل بكم حالا.
Aduh, pasti sedih sekali. Kami lihat dulu ya, sebentar lagi kami kabari.
Maaf sudah membuat Anda menunggu. Pesanan Anda sedang kami lihat.
Oje, das ist wirklich ärgerlich. Ich schaue sofort nach und schreibe Ihnen gleich.
Dass Sie dreimal schreiben mussten, tut mir leid. Ihre Bestellung liegt jetzt vor mir.
Ich kann gut verstehen, dass Sie sauer sind. Einen kleinen Moment, bitte.
Oh là là, quelle déception. Je regarde tout de suite et je reviens vers vous.
Pardon de vous avoir fait attendre. J'ai votre dossier sous les yeux.
We are so sorry to read that your daughter is ill. Please see a doctor if she gets worse; a colleague calls you now.
A staff member is looking at it right now.
Ein Mitarbeiter sieht es sich gerade an.
碰上这种事真让人难受，我们马上去查。
这款机器不该这样，我们马上看。
Un empleado lo está mirando ahora mismo.
Nos parece gravísimo. Su hija, ¿está bien? La llamamos ahora.
"""
EXPLAINED = """
We are sorry, your parcel is late because of the strike.
Due to high order volume we are a bit behind at the moment.
Sorry! Our system had a problem last night.
The courier lost your parcel.
Sorry for the wait, the warehouse is overloaded at the moment.
Dear customer, logistics are slow everywhere these days, please be patient.
Our supplier sent us a bad batch, please understand.
Unfortunately the factory made a mistake with this batch.
We apologise, but the carrier is responsible for this.
This is normal during the sales season, it will arrive.
Please understand that we have received so many messages today.
It was a misunderstanding, please do not worry.
The delay was caused by customs, we can't influence that.
Our servers were down this morning, so orders were not processed.
Snow in the north has held everything up.
You must have entered the wrong address.
According to our policy the return period is over.
This never happens, it must be an isolated case.
We are short staffed this week, thank you for your patience.
The delivery company told us that the driver was ill and there were problems.
As our logistics partner is having trouble, deliveries take longer.
Sorry, this happened because someone packed the wrong box.
A technical glitch charged your card twice.
It's out of our hands, the parcel is with customs.
Sorry to hear that, but it's the post office that loses parcels at the moment.
We're only human, mistakes happen.
亲，这是因为物流的问题哦。
不好意思，快递爆仓了，请耐心等待。
由于订单太多，发货会晚几天。
是供应商那边出了错，我们也没办法。
系统升级，所以您的订单没有处理。
最近双十一，大家都这样，请理解。
这是快递公司的问题，不是我们的责任。
仓库发错了货，我们也很无奈。
受天气影响，物流延误了。
这种情况很正常，再等等就好了。
您自己填错地址了吧。
最近咨询的人太多，回复慢请见谅。
厂家那批货有问题，抱歉。
抱歉，我们人手不足，还没处理到您的单子。
海关那边卡住了，我们催也没用。
服务器昨晚崩了，才会重复扣款。
這是因為快遞罷工，請諒解。
Lo sentimos, es que la empresa de transporte tuvo un retraso.
Debido a la alta demanda vamos con retraso.
Nuestro sistema falló ayer, disculpe.
El transportista perdió su paquete.
Es normal en estas fechas, tenga paciencia.
Tenemos muchos pedidos y vamos lentos.
Foi um erro no sistema, pedimos desculpa.
A transportadora atrasou a entrega.
Os correios estão em greve.
Temos muitos pedidos nesta época, pedimos paciência.
نعتذر، التأخير من شركة الشحن.
حدث خلل فني في النظام.
تأخر طلبك بسبب الجمارك.
لدينا طلبات كثيرة هذه الأيام.
Maaf, kurir kami terlambat mengantar paket.
Karena banyak pesanan, pengiriman jadi lama.
Ada gangguan sistem tadi malam.
Gudang sedang penuh, mohon maklum.
Leider hat der Paketdienst Ihr Paket verloren.
Wegen des Streiks bei der Post dauert es länger.
Unser System hatte gestern einen Ausfall.
Das liegt am Lieferanten, nicht an uns.
Bei so vielen Bestellungen kommt das vor.
Le transporteur a pris du retard.
Nous avons beaucoup de commandes en ce moment.
Notre système était en panne hier.
C'est à cause de la grève.
Le fournisseur nous a livré un mauvais lot.
Hello, sorry for the delay. We've had a lot of orders after the TV show.
Apologies, the parcel was damaged in transit by the carrier.
Sorry! Black Friday was crazy and we couldn't keep up.
There was an issue with our payment provider last night, that's why you were charged twice.
One of our employees made a mistake when packing.
The app was down for maintenance.
We recently switched to a new warehouse and there are teething problems.
Unfortunately DHL is slow right now.
The truck broke down on the way.
The batch came from a new manufacturer and had some defects.
We apologise for the inconvenience, our phone lines were overloaded.
It seems the address you gave us was incomplete.
Sorry, we're experiencing delays across the country.
This model is a bit sensitive, maybe you pressed too hard.
Our colleague was ill, so nobody answered.
Customs clearance is taking longer than usual.
亲，这是物流那边的事情，我们也控制不了。
不好意思哈，最近活动单量大，发货慢。
可能是快递员放错地方了。
我们换了新仓库，还在磨合。
客服今天请假了，所以没回您。
因疫情影响，配送延迟。
可能是您操作不当导致的。
支付平台那边出了点小故障。
Es que ha habido mucho lío con Navidad.
El mensajero estaba enfermo y por eso no llegó.
Hubo un problema con el proveedor de pagos.
Houve um problema na transportadora.
O nosso colega estava doente, por isso ninguém respondeu.
كان هناك عطل في الخادم أمس.
السائق كان مريضا ولذلك تأخر الطلب.
Sistem kami sedang error kemarin.
Kurirnya sakit jadi paketnya belum dikirim.
Bei DHL gibt es gerade Probleme.
Ein Kollege war krank, deshalb hat niemand geantwortet.
Der LKW hatte eine Panne.
Il y a eu un souci chez le transporteur.
Un collègue était malade, c'est pour cela que personne n'a répondu.
Ein Mitarbeiter hat den Karton vertauscht.
"""


@pytest.mark.parametrize("text", KIND.strip().split("\n"))
def test_empathy_and_a_promise_to_look_are_let_through(text: str) -> None:
    """The right words would be refused, and the customer would wait for a colleague to find others."""
    assert list(GUARDS.objections(text, FIRST)) == []


@pytest.mark.parametrize("text", EXPLAINED.strip().split("\n"))
def test_no_first_reply_explains(text: str) -> None:
    """Somebody at the height of anger would read whose fault it is, and take every word for an excuse."""
    assert set(GUARDS.objections(text, FIRST)) & EXPLAINS


def test_whoever_has_been_answered_may_hear_the_reason() -> None:
    """Nobody could ever tell a customer why, also in a procedure that has taken the case over."""
    text = "The parcel is late because of the strike."
    assert not set(GUARDS.objections(text, LATER)) & EXPLAINS


QUARRELS = """
As we already told you, the parcel is on its way.
You should have read the manual before using it.
Calm down, please.
Nobody else has complained about this.
That is simply not true.
Go ahead and sue us.
早就说过了，等两天。
这是您自己的问题。
别人都没问题，就您这样。
爱买不买。
您冷静一下。
你去告吧
Como ya le dijimos, hay que esperar.
Es culpa suya, no nuestra.
Como já dissemos, é preciso esperar.
Acalme-se, por favor.
سبق أن قلنا لك هذا
أنت مخطئ
Seperti sudah kami katakan, harap tunggu.
Itu salah Anda sendiri.
Wie bereits gesagt, das Paket ist unterwegs.
Wer lesen kann, ist klar im Vorteil.
Comme déjà dit, il faut attendre.
Vous avez tort, Madame.
"""


@pytest.mark.parametrize("text", QUARRELS.strip().split("\n"))
def test_nobody_quarrels(text: str) -> None:
    """One sharp sentence of ours would be the screenshot that everybody passes on."""
    assert "no-arguing" in list(GUARDS.objections(text))


@pytest.mark.parametrize(
    "text",
    [
        "You told us that the machine leaks. We will send you another one; is that all right?",
        "You are the only one who can delete what is on your phone.",
        "您说的问题我们已经查到了，今天给您补发。",
        "Usted puede elegir entre el reembolso y otro artículo.",
        "Sie können zwischen Geld zurück und einem neuen Gerät wählen.",
        "هل ما زالت المشكلة قائمة؟",
    ],
)
def test_an_ordinary_answer_is_no_quarrel(text: str) -> None:
    """Colleagues could not say what is right."""
    assert list(GUARDS.objections(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "This was not our fault, the supplier delivered bad batteries.",
        "It was an accident, and it could have happened to anyone.",
        "Our logistics partner failed us.",
        "这次是个意外，供应商那边出了问题。",
        "部分用户使用不当造成了损坏。",
        "Fue culpa del proveedor.",
        "A transportadora falhou.",
        "المورد هو المسؤول عن ذلك",
        "Pemasok kami yang salah.",
        "Der Lieferant hat versagt, es war ein Unfall.",
        "C'est la faute du transporteur.",
    ],
)
def test_in_public_nobody_else_is_blamed(text: str) -> None:
    """The words after a crisis would show a business that has learned nothing."""
    assert {"no-blame", "no-blame-on-others"} & set(GUARDS.objections(text, TO_EVERYBODY))


@pytest.mark.parametrize(
    "text",
    [
        "It was our mistake. We did not check the batteries well enough, and from now on every batch is tested.",
        "这是我们的错，我们没有做好。从现在起，每一批都会重新检验。",
        "Fue nuestro error: no comprobamos el lote. Ahora lo revisamos dos veces.",
        "Das war unser Fehler. Wir prüfen jetzt jede Lieferung.",
        "C'est notre faute, nous n'avons pas assez vérifié.",
        "We chose the wrong warehouse and told our customers too late.",
    ],
)
def test_owning_up_is_let_through(text: str) -> None:
    """The one sentence that wins people back would be refused."""
    assert list(GUARDS.objections(text, TO_EVERYBODY)) == []


@pytest.mark.parametrize(
    "text",
    [
        "That is not true, we refunded you yesterday.",
        "Your order number please?",
        "The courier is late, sorry.",
        "您的订单号是多少？",
        "可以给您退款。",
        "Le devolvemos con un reembolso.",
        "Wir erstatten Ihnen das Geld, beruhigen Sie sich.",
        "C'est faux, la raison est simple.",
    ],
)
def test_in_a_group_nothing_is_argued_or_offered(text: str) -> None:
    """A quarrel, or one customer's refund, would be read by everybody."""
    assert "no-argument-in-a-group" in list(GUARDS.objections(text, IN_A_GROUP))


def test_nothing_is_sold_while_a_crisis_goes_on() -> None:
    """An offer would reach people whose charger burns."""
    frozen = VOCABULARY.gate({"freeze": True})
    for text in (
        "Shop now: 20% off!",
        "限时特惠，马上下单",
        "Nur für kurze Zeit: neue Kollektion",
        "Achetez maintenant",
    ):
        assert "no-marketing-in-a-crisis" in list(GUARDS.objections(text, frozen))
        assert "no-marketing-in-a-crisis" not in list(GUARDS.objections(text, VOCABULARY.gate({"freeze": False})))
    assert list(GUARDS.objections("You can choose: money back, a new one, or a voucher.", frozen)) == []
