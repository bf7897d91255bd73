"""Encodings: what was written in any of the usual code pages is read back letter for letter.

The sentences are ours; Python's own codecs are the oracle. Short files are the hard ones, so each
sentence is tried alone and as a file with timing lines.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.media.subtitles.encoding import decoded, guess_encoding

LATIN = {
    "French": [
        "Où êtes-vous allés cet été ? Ça a coûté cher.",
        "Déjà vu, n’est-ce pas ?",
        "Très bien.",
    ],
    "German": ["Schön, dass Sie hier sind.", "Über die Straße läuft ein Mädchen.", "Grüße!"],
    "Spanish": ["¿Cómo estás? El niño comió mañana.", "¡Qué lástima!", "Sí, señor, está aquí."],
    "Portuguese": ["Não sei o que você está fazendo.", "Então, até amanhã, João.", "Atenção!"],
    "Italian": [
        "Perché è così? La città più bella è lì.",
        "Sì, però non può venire.",
        "È già qui.",
    ],
    "Swedish": ["Jag är på väg hem. Får jag köra på vägen?", "Åh nej!", "Förlåt, jag måste gå."],
    "Danish": ["Jeg er på vej hjem, og jeg får ikke nok på øen.", "Værsgo!", "Må jeg få en øl?"],
    "Dutch": ["Eén van de patiënten is naar België gegaan.", "Coördinatie is geïnteresseerd."],
    "Icelandic": ["Það er gott að sjá þig. Ég á hús við ána.", "Hvað ætlar þú að gera í kvöld?"],
    "Catalan": ["Això és el més important, però no ho sé.", "Avui fa molt de sol a la plaça, oi?"],
}
CENTRAL = {
    "Polish": [
        "Cześć, jak się masz? Proszę usiąść.",
        "Nie słyszę, mów głośniej.",
        "Dziękuję bardzo.",
    ],
    "Czech": [
        "Dobrý den, přišel jsem příliš pozdě.",
        "Můžeš mi říct, proč je tu ticho?",
        "Děkuji.",
    ],
    "Hungarian": ["Jó napot kívánok! Hogy van ön? Őszintén.", "A fű zöld, és az idő szép."],
    "Croatian": ["Možda ću doći kasnije, čekaj me kod kuće.", "Što će biti sljedeće?"],
}
ROMANIAN = ["Bună ziua, ce mai faceţi? Îmi place această maşină.", "Nu ştiu, dar o să aflăm mâine."]
TURKISH = [
    "Günaydın, nasılsın? Bugün hava çok güzel.",
    "Dışarı çıkalım mı? İyi değilim.",
    "Teşekkürler, hoşça kalın.",
]
CYRILLIC = {
    "Russian": [
        "Привет, как дела? Сегодня хорошая погода.",
        "Я не знаю, что делать.",
        "НЕТ! Уходи.",
    ],
    "Ukrainian": ["Привіт, як справи? Сьогодні гарна погода.", "Я не знаю, що робити, їй-богу."],
    "Bulgarian": ["Здравей, как си? Днес времето е хубаво.", "Не знам какво да правя."],
    "Serbian": ["Добар дан, шта радиш? Можда ћу доћи.", "Не знам шта да радим."],
}
GREEK = ["Καλημέρα, τι κάνεις; Ο καιρός είναι ωραίος.", "Δεν ξέρω τι να κάνω."]
HEBREW = ["שלום, מה שלומך? היום יפה מאוד.", "אני לא יודע מה לעשות."]
ARABIC = ["مرحبا، كيف حالك؟ الطقس جميل اليوم.", "لا أعرف ماذا أفعل.", "أين ذهبت البارحة؟"]
THAI = ["สวัสดีครับ สบายดีไหม วันนี้อากาศดีมาก", "ผมไม่รู้จะทำอย่างไร"]
JAPANESE = [
    "こんにちは、お元気ですか。",
    "カメラの電源を入れてください。",
    "何をしているんだ？ 早く逃げろ！",
]
SIMPLIFIED = [
    "你好，你最近怎么样？今天天气很好。",
    "我不知道该怎么办。",
    "快跑！他们来了。",
    "谢谢你的帮助。",
]
TRADITIONAL = [
    "你好，你最近怎麼樣？今天天氣很好。",
    "我不知道該怎麼辦。",
    "快跑！他們來了。",
    "謝謝你的幫助。",
]
KOREAN = [
    "안녕하세요, 잘 지내세요? 날씨가 좋네요.",
    "저는 어떻게 해야 할지 모르겠어요.",
    "빨리 도망가!",
]


def _table() -> list[tuple[str, str]]:
    pages = [
        (["cp1252"], LATIN),
        (["cp1250", "iso8859-2"], CENTRAL),
        (["cp1251", "koi8-u"], CYRILLIC),
        (["cp1250"], {"Romanian": ROMANIAN}),
        (["cp1254"], {"Turkish": TURKISH}),
        (["cp1253"], {"Greek": GREEK}),
        (["cp1255"], {"Hebrew": HEBREW}),
        (["cp1256"], {"Arabic": ARABIC}),
        (["cp874"], {"Thai": THAI}),
        (["shift_jis", "euc_jp"], {"Japanese": JAPANESE}),
        (["gbk", "gb18030"], {"Simplified Chinese": SIMPLIFIED}),
        (["big5"], {"Traditional Chinese": TRADITIONAL}),
        (["euc_kr", "cp949"], {"Korean": KOREAN}),
    ]
    rows = []
    for encodings, languages in pages:
        for sentences in languages.values():
            whole = "\n".join(
                f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n<i>{line}</i>\n"
                for i, line in enumerate(sentences)
            )
            rows += [(e, text) for e in encodings for text in [*sentences, whole]]
    return [row for row in rows if _writable(*row)]


def _writable(encoding: str, text: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize(("encoding", "text"), _table())
def test_old_code_pages(encoding, text):
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "utf-32"]
)
@pytest.mark.parametrize(
    "line", ["plain words", "Größe", "Привет", "你好，世界", "مرحبا", "こんにちは", "😀 ok"]
)
def test_unicode(encoding, line):
    text = f"1\r\n00:00:01,000 --> 00:00:02,000\r\n{line}\r\n"
    assert decoded(text.encode(encoding)) == text


@settings(max_examples=100)
@given(st.text())
def test_utf_8_is_always_read_as_such(text):
    if "\0" in text:
        return
    assert decoded(text.encode("utf-8", "ignore")) == text.encode(
        "utf-8", "ignore"
    ).decode().removeprefix("\ufeff")


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_give_text(data):
    assert isinstance(decoded(data), str)


def test_utf_8_with_a_stray_byte_stays_utf_8():
    text = "Привет, как дела? " * 20
    data = text.encode() + b"\xff\n" + "конец".encode()
    assert guess_encoding(data) == "utf-8"
    assert decoded(data).startswith(text)


def test_a_file_cut_inside_a_character():
    assert decoded(("Привет " * 30).encode()[:-2]).startswith("Привет Привет")


def test_the_odd_file(odd_media):
    text = decoded((odd_media / "sidecar_latin1.srt").read_bytes())
    assert text.endswith("schön!\n")
