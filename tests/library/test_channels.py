from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from kinolex.errors import NotFoundError, UsageError
from kinolex.library.records import ChannelData, FrameBlock, Passage, Shot, Space, Stamp
from kinolex.library.store import Store
from kinolex.moments import Span
from tests.library.samples import PICTURE, SPEECH, WORDS, add_video, frames, said, vectors, video_id


def test_a_commit_replaces_what_the_channel_had(store: Store) -> None:
    video = add_video(store, 1, frames(5, 1, partial=True), said("a", "b", vector=True))
    state = {s.channel: s for s in store.states(video)}
    assert (state["picture"].state, state["picture"].items) == ("partial", 5)
    store.commit_channel(video, frames(7, 2))
    state = {s.channel: s for s in store.states(video)}
    assert (state["picture"].state, state["picture"].items) == ("done", 7)
    assert state["picture"].key == PICTURE.key
    assert state["picture"].stamp == PICTURE
    times, rows = store.frames_of(video, "toy@1")
    assert times.tolist() == [float(n) for n in range(7)]
    assert (rows == vectors(7, seed=2)).all()
    assert store.still(video, 3.2) == b"jpeg 2 3000"
    assert len(store.shots_of(video)) == len(store.still_times(video)) == 7
    assert [p.text for p in store.passages_of(video)] == ["a", "b"]


def test_an_empty_channel_is_a_result_too(store: Store) -> None:
    video = add_video(store, 1, ChannelData(SPEECH))
    assert [(s.channel, s.state, s.items) for s in store.states()] == [("speech", "empty", 0)]
    assert store.spaces() == []
    store.drop_channel(video, "speech")
    assert store.states() == []


def test_a_better_encoder_refills_only_its_channel(store: Store) -> None:
    one, two = (
        add_video(store, 1, frames(3), said("a", vector=True)),
        add_video(store, 2, frames(2)),
    )
    better = ChannelData(
        Stamp("picture", "better", "2"),
        frames=FrameBlock(np.array([5], np.int64), vectors(1, 8)),
    )
    store.commit_channel(one, better)
    assert store.spaces() == [
        Space("better@2", "frames", 8, 1),
        Space("toy@1", "frames", 16, 2),
        Space(WORDS, "passages", 16, 1),
    ]
    assert store.vectors("toy@1", "frames").video_ids == [two]
    assert store.drop_space("toy@1") == 2
    assert [s.video for s in store.states() if s.channel == "picture"] == [one]
    assert store.drop_space(WORDS) == 1
    assert len(store.passages_of(one)) == 1


def test_passages_keep_all_that_is_known(store: Store) -> None:
    passage = Passage(
        Span(1.25, 2.5),
        "Ünïcode\ud800 \0text",
        "screen",
        "de",
        0.5,
        (0.1, 0.2, 0.3, 1 / 3),
        ((1.25, 1.37, "Ünïcode"), (1.37, 2.5, "text")),
    )
    video = add_video(store, 1, ChannelData(SPEECH, passages=(passage,)))
    (found,) = store.passages_of(video)
    assert found == dataclasses.replace(passage, text="Ünïcode? text", video=video, id=found.id)


def test_ids_are_never_given_twice(store: Store) -> None:
    video = add_video(store, 1, said("a"))
    (old,) = store.passages_of(video)
    store.commit_channel(video, said("b"))
    (new,) = store.passages_of(video)
    assert new.id > old.id
    assert store.passages([old.id, new.id, new.id]) == [new, new]


@pytest.mark.parametrize(
    "data",
    [
        ChannelData(PICTURE, frames=FrameBlock(np.array([0, 0], np.int64), vectors(2))),
        ChannelData(PICTURE, frames=FrameBlock(np.array([0], np.int64), vectors(2))),
        ChannelData(PICTURE, frames=FrameBlock(np.array([0], np.int64), vectors(1)[0])),
        dataclasses.replace(said("a", vector=True), words_space=""),
        dataclasses.replace(said("a", "b", vector=True), passage_vectors=vectors(1)),
        ChannelData(PICTURE, frames=FrameBlock(np.array([0], np.int64), vectors(1, 5))),
        ChannelData(
            PICTURE, frames=FrameBlock(np.array([0], np.int64), vectors(1) * np.float16("inf"))
        ),
    ],
)
def test_data_that_cannot_be_right_changes_nothing(store: Store, data: ChannelData) -> None:
    video = add_video(store, 1, frames(3), said("a"))
    add_video(store, 2, frames(1))
    before = (store.generation, store.states(), store.passages_of(video))
    with pytest.raises(UsageError):
        store.commit_channel(video, data)
    assert (store.generation, store.states(), store.passages_of(video)) == before


def test_unknown_videos(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.commit_channel(video_id(9), said("a"))
    assert store.states(video_id(9)) == []
    assert store.shots_of(video_id(9)) == []
    assert store.still(video_id(9), 0) is None
    assert store.frames_of(video_id(9), "toy@1") is None


def test_many_stills_and_repeated_shots(store: Store) -> None:
    stills = tuple((n, bytes([n % 251]) * 9000) for n in range(200))
    shots = (Shot(0, 50), Shot(50, 50), Shot(0, 60), Shot(60, 200))
    video = add_video(store, 1, ChannelData(PICTURE, stills=stills, shots=shots))
    for time, wanted in ((0.0, 0), (0.0996, 100), (55.0, 199), (-1.0, 0)):
        assert store.still(video, time) == stills[wanted][1]
    assert store.counts().stills == 200
    assert store.shots_of(video) == [Span(0.0, 0.06), Span(0.06, 0.2)]
