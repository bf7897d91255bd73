"""What a video still needs, for every combination of state and stamp that matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kinolex.ingest.plan import SUBTITLES, Need, Stamps, needs
from kinolex.library.records import ChannelState, Stamp


def stamps(words: str = "mini@1", picture_version: str = "1", every: float = 1.0) -> Stamps:
    return Stamps(
        title=Stamp("title", "names", "1", {"words": words}),
        picture=Stamp("picture", "clip", picture_version, {"every": every}),
        screen=Stamp("screen", "ocr", "1", {"words": words, "every": every}),
        speech=Stamp("speech", "whisper", "1", {"words": words, "language": ""}),
        subtitles=Stamp("speech", SUBTITLES, "1", {"words": words}),
    )


def state(stamp: Stamp | None, kind: str = "done") -> ChannelState:
    assert stamp is not None
    return ChannelState("v", stamp.channel, stamp.key, kind, 1, stamp)  # type: ignore[arg-type]


def all_done(by: Stamps) -> dict[str, ChannelState]:
    return {
        s.channel: state(s) for s in (by.title, by.picture, by.screen, by.speech) if s is not None
    }


def test_a_new_video_needs_everything_and_a_coarse_pass():
    assert needs({}, stamps(), film=True, sound=True) == Need(True, True, True, True, ())


def test_a_finished_video_needs_nothing():
    assert not needs(all_done(stamps()), stamps(), film=True, sound=True)


def test_a_better_encoder_refills_only_its_channel():
    need = needs(all_done(stamps()), stamps(picture_version="2"), film=True, sound=True)
    assert need == Need(picture=True)


def test_another_sampling_refills_what_it_changes():
    need = needs(all_done(stamps()), stamps(every=0.5), film=True, sound=True)
    assert need == Need(picture=True, screen=True)


def test_a_new_sentence_encoder_only_embeds():
    need = needs(all_done(stamps("")), stamps("mini@1"), film=True, sound=True)
    assert need == Need(embed=("title", "screen", "speech"))


def test_losing_the_sentence_encoder_keeps_its_vectors():
    assert not needs(all_done(stamps("mini@1")), stamps(""), film=True, sound=True)


def test_subtitles_win_over_speech_and_are_embedded():
    by = stamps()
    states = all_done(by) | {"speech": state(stamps("").subtitles)}
    need = needs(states, by, film=True, sound=True)
    assert need == Need(embed=("speech",))


def test_a_coarse_pass_is_not_the_end():
    by = stamps()
    need = needs(
        all_done(by) | {"picture": state(by.picture, "partial")}, by, film=True, sound=True
    )
    assert need == Need(picture=True)


def test_only_what_the_file_holds_is_needed():
    assert not needs({}, stamps(), film=False, sound=False)
    assert needs({}, stamps(), film=False, sound=True) == Need(speech=True)


def test_redo_does_what_fits_again():
    by = stamps()
    need = needs(all_done(by), by, film=False, sound=True, redo=("speech", "picture"))
    assert need == Need(speech=True)


@given(
    film=st.booleans(),
    sound=st.booleans(),
    have=st.sets(st.sampled_from(["title", "picture", "screen", "speech"])),
    redo=st.sets(st.sampled_from(["title", "picture", "screen", "speech"])),
)
def test_doing_what_is_needed_leaves_nothing_to_do(film, sound, have, redo):
    by = stamps()
    states = {c: s for c, s in all_done(by).items() if c in have}
    need = needs(states, by, film=film, sound=sound, redo=redo)
    for channel in ("picture", "screen", "speech"):
        if getattr(need, channel):
            states[channel] = all_done(by)[channel]
    for channel in need.embed:
        states[channel] = all_done(by)[channel]
    assert not needs(states, by, film=film, sound=sound)
