"""Whisper on real speech, and on everything that is none."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import wave
from types import SimpleNamespace

import numpy as np
import pytest

from kinolex.encoders import speech
from kinolex.encoders.protocols import SpeechEncoder, SpokenWord
from kinolex.encoders.registry import load_speech
from kinolex.encoders.speech_activity import FRAME, RATE, VoiceActivity
from kinolex.encoders.speech_windows import Part, Window
from kinolex.errors import EncoderError, ModelMissingError
from kinolex.media.types import SoundPiece
from kinolex.settings import Settings

JFK = (
    "and so my fellow americans ask not what your country can do for you "
    "ask what you can do for your country"
)


def loaded(name):
    try:
        return load_speech(name, Settings(threads=2))
    except ModelMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def tiny():
    return loaded("whisper-tiny.en")


@pytest.fixture(scope="module")
def base():
    return loaded("whisper-base")


@pytest.fixture(scope="module")
def jfk(shared):
    with wave.open(str(shared / "data" / "speech_clips" / "jfk.wav")) as file:
        assert file.getframerate() == RATE
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, np.int16).astype(np.float32) / 32768


def said_by_espeak(text, voice, folder):
    if not shutil.which("espeak-ng"):
        pytest.skip("needs espeak-ng")
    path = folder / "said.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", "140", "-w", str(path), text], check=True)
    with wave.open(str(path)) as file:
        rate, data = file.getframerate(), file.readframes(file.getnframes())
    sound = np.frombuffer(data, np.int16).astype(np.float32) / 32768
    times = np.arange(0, len(sound) / rate, 1 / RATE)
    return np.interp(times, np.arange(len(sound)) / rate, sound).astype(np.float32)


def quiet(seconds):
    return np.zeros(round(seconds * RATE), np.float32)


def pieces(sound, seconds=30.0, start=0.0):
    size = round(seconds * RATE)
    return [SoundPiece(start + i / RATE, sound[i : i + size]) for i in range(0, len(sound), size)]


def heard(encoder, sound, **options):
    return list(encoder.transcribe(pieces(sound), **options))


def plain(passages):
    text = " ".join(p.text for p in passages).lower()
    return "".join(c for c in text if c.isalpha() or c == " ").split()


def test_it_is_a_speech_encoder(tiny):
    assert isinstance(tiny, SpeechEncoder)
    assert tiny.name == "whisper-tiny.en"
    assert tiny.languages == {"en"}


def test_words_and_times_of_a_real_voice(tiny, jfk):
    lead = 37.0
    found = heard(tiny, np.concatenate([quiet(lead), jfk, quiet(20)]))
    assert plain(found) == JFK.split()
    assert {p.language for p in found} == {"en"}
    assert all(0.5 < p.confidence <= 1 for p in found)
    words = [w for p in found for w in p.words]
    assert [w.text.strip(".,").lower() for w in words] == JFK.split()
    assert all(w.start < w.end for w in words)
    assert all(a.end <= b.start + 0.05 for a, b in itertools.pairwise(words))
    for passage in found:
        assert passage.span.start == passage.words[0].start
        assert passage.span.end == pytest.approx(passage.words[-1].end)
    # The recording itself tells where somebody speaks: its envelope rises at 0.3 s, and falls.
    assert words[0].start == pytest.approx(lead + 0.3, abs=0.3)
    assert lead + 10.0 < words[-1].end <= lead + 11.0
    country = [w for w in words if "country" in w.text]
    assert country[0].start == pytest.approx(lead + 5.9, abs=0.6)


def test_pieces_of_any_size_give_the_same(tiny, jfk):
    sound = np.concatenate([quiet(1), jfk, quiet(1)])
    small = list(tiny.transcribe(pieces(sound, 0.7)))
    assert small == heard(tiny, sound)


def test_a_very_quiet_recording_is_heard(tiny, jfk):
    said = plain(heard(tiny, 0.004 * jfk))
    assert len(set(JFK.split()) - set(said)) <= 2


def made_sounds():
    random = np.random.default_rng(3)
    time = np.arange(10 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * f * time) for f in (261.6, 329.6, 392.0))
    beat = np.exp(-4 * (time % 0.5))
    return {
        "silence": quiet(10),
        "hiss": 0.1 * random.standard_normal(len(time)),
        "faint hiss": 1e-4 * random.standard_normal(len(time)),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * time),
        "sweep": 0.3 * np.sin(2 * np.pi * (100 + 40 * time) * time),
        "chords": 0.1 * chord * beat,
        "drums": 0.5 * random.standard_normal(len(time)) * np.exp(-30 * (time % 0.5)),
        "clicks": 0.9 * (random.random(len(time)) > 0.9997),
        "full scale": np.sign(np.sin(2 * np.pi * 100 * time)),
    }


@pytest.mark.parametrize("name", made_sounds())
def test_no_words_where_nobody_speaks(tiny, name):
    assert heard(tiny, made_sounds()[name].astype(np.float32)) == []


def test_nothing_at_all(tiny):
    assert list(tiny.transcribe([])) == []
    assert list(tiny.transcribe([SoundPiece(0.0, quiet(0))])) == []
    assert list(tiny.transcribe([SoundPiece(0.0, quiet(0.01))])) == []


def test_endless_speech_loses_and_doubles_no_word(tiny, jfk):
    """Without a pause anywhere: the seams of windows must not be heard."""
    core = jfk[round(0.3 * RATE) : round(10.4 * RATE)]
    said = plain(heard(tiny, np.tile(core, 4)))
    assert abs(said.count("country") - 8) <= 1
    assert abs(said.count("americans") - 4) <= 1
    assert abs(len(said) - 4 * len(JFK.split())) <= 6


def test_an_english_model_refuses_other_languages(tiny):
    with pytest.raises(EncoderError, match="'de'"):
        list(tiny.transcribe([], language="de"))


def test_language_is_heard(base, tmp_path):
    text = "Buenos días. Hoy hablamos del tiempo en las montañas y en el mar."
    found = heard(base, said_by_espeak(text, "es", tmp_path))
    assert {p.language for p in found} == {"es"}
    assert {"tiempo", "mar"} & set(plain(found))


def test_language_given_is_kept(base, jfk):
    found = heard(base, jfk, language="en")
    assert {p.language for p in found} == {"en"}
    assert len(set(plain(found)) & set(JFK.split())) > 10


def test_voice_activity_does_not_depend_on_pieces(jfk):
    try:
        whole, parts = VoiceActivity(), VoiceActivity()
    except ModelMissingError as error:
        pytest.skip(str(error))
    sound = jfk[: len(jfk) // FRAME * FRAME]
    once = whole(sound)
    bits = np.concatenate(
        [parts(sound[i : i + 7 * FRAME]) for i in range(0, len(sound), 7 * FRAME)]
    )
    assert np.abs(once - bits).max() < 1e-4
    assert once[20:300].mean() > 0.5 > 0.2 > whole(quiet(5.12)).mean()
    whole.forget()
    assert np.abs(whole(sound) - once).max() < 1e-6
    assert len(whole(quiet(0))) == 0


def segment(text, logprob=-0.3, no_speech=0.1, pace=0.3):
    words = [
        SimpleNamespace(start=pace * i, end=pace * (i + 0.9), word=f" {w}", probability=0.9)
        for i, w in enumerate(text.split())
    ]
    return SimpleNamespace(
        text=text, words=words, avg_logprob=logprob, no_speech_prob=no_speech, tokens=[1] * 9
    )


def window(activity=1.0):
    frames = 30 * RATE // FRAME
    return Window(quiet(30), (Part(0.0, 100.0, 30.0),), np.full(frames, activity, np.float32))


def test_what_is_believed():
    sound = "so we take the second road"
    assert speech._believable(segment(sound), window())
    assert not speech._believable(segment(sound, logprob=-1.5), window())
    assert not speech._believable(segment(sound, logprob=-0.8, no_speech=0.9), window())
    assert not speech._believable(segment(sound), window(0.1))
    assert not speech._believable(segment(sound, pace=0.02), window())
    assert not speech._believable(segment(""), window())


def test_loops_are_collapsed_at_their_times():
    loop = segment("and it goes " + "on and " * 15 + "home")
    kept = speech._words(loop, window(), "en")
    assert [h.word.text for h in kept] == [" and", " it", " goes", " on", " and", " home"]
    assert kept[0].word.start == pytest.approx(100.0)
    assert speech._words(segment("a b c d e f g h " * 2), window(), "en")


def test_a_reading_that_loops_is_the_worse_one():
    good, bad = [segment("one two three", logprob=-1.2)], [segment("no " * 50, logprob=-0.1)]
    assert max(bad, good, key=speech._quality) is good
    assert speech._quality([]) < speech._quality([segment("one", logprob=-0.5)])


def test_a_seam_gives_each_word_once():
    first = Window(quiet(1), (Part(0.0, 0.0, 11.0),), quiet(1), until=10.0)
    second = Window(quiet(1), (Part(0.0, 9.0, 11.0),), quiet(1), seam=True)
    a = SpokenWord(9.7, 10.2, " road", 1.0)
    b = SpokenWord(9.9, 10.3, " road", 1.0)
    assert speech._owned(a, first, 0.0)
    assert not speech._owned(b, second, a.end)
    assert not speech._owned(SpokenWord(10.1, 10.5, " x", 1.0), first, 0.0)
    assert speech._owned(SpokenWord(10.2, 10.6, " x", 1.0), second, a.end)


def test_damage_is_told_in_a_sentence(tmp_path):
    pytest.importorskip("faster_whisper")
    with pytest.raises(EncoderError, match=r"lacks model\.bin"):
        speech.WhisperEncoder("made", "1", tmp_path)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        heard(speech.WhisperEncoder("made", "1", tmp_path), quiet(1), language="en")
