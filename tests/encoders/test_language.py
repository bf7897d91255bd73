"""Languages of sentences, and the honest empty answer."""

from __future__ import annotations

import pytest

from kinolex.encoders.language import language_of

SENTENCES = {
    "en": "A dog runs across the wet grass to fetch a ball.",
    "de": "Der Hund läuft über die nasse Wiese und holt den Ball.",
    "fr": "Le chien court dans l'herbe mouillée pour attraper la balle.",
    "es": "El perro corre por la hierba mojada para buscar la pelota.",
    "it": "Il cane corre sull'erba bagnata per prendere la palla.",
    "pt": "O cachorro corre pela grama molhada para pegar a bola.",
    "nl": "De hond rent over het natte gras om de bal te halen.",
    "sv": "Hunden springer över det våta gräset för att hämta bollen.",
    "pl": "Pies biegnie po mokrej trawie, żeby przynieść piłkę.",
    "tr": "Köpek topu getirmek için ıslak çimlerin üzerinde koşuyor.",
    "ru": "Собака бежит по мокрой траве, чтобы принести мяч.",
    "uk": "Собака біжить мокрою травою, щоб принести м'яч.",
    "ar": "يركض الكلب عبر العشب المبلل ليحضر الكرة.",
    "he": "הכלב רץ על הדשא הרטוב כדי להביא את הכדור.",
    "zh": "狗跑过湿漉漉的草地去捡球。",
    "ja": "犬がボールを取りに濡れた芝生を走っていきます。",
    "ko": "개가 공을 가지러 젖은 잔디밭을 달려갑니다.",
    "th": "สุนัขวิ่งข้ามสนามหญ้าเปียกเพื่อไปเก็บลูกบอล",
    "hi": "कुत्ता गेंद लाने के लिए गीली घास पर दौड़ता है।",
    "el": "Ο σκύλος τρέχει στο βρεγμένο γρασίδι για να φέρει την μπάλα.",
}


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items())
def test_sentences(code, sentence):
    assert language_of(sentence) == code


@pytest.mark.parametrize(
    "text",
    ["", "   ", "OK", "12345 67", "?!…", "https://example.org/some/path", "a@example.org", "🎬"],
)
def test_what_cannot_be_told_is_empty(text):
    assert language_of(text) == ""


def test_asking_for_more_certainty_gives_fewer_answers():
    assert language_of("pouring coffee into a mug") == "en"
    assert language_of("pouring coffee into a mug", least=0.999) == ""
    assert language_of("pouring coffee into a mug", letters=100) == ""


def test_long_and_strange_texts_are_taken():
    assert language_of(SENTENCES["de"] * 5000) == "de"
    assert language_of("\x00\ud800" + SENTENCES["en"]) == "en"
