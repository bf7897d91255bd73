from __future__ import annotations

from typing import TYPE_CHECKING

from kinolex.encoders.protocols import PictureEncoder, WordsEncoder
from kinolex.library.records import Space
from kinolex.search.encoders import QueryEncoders, reads, space_of
from kinolex.settings import Settings

if TYPE_CHECKING:
    from tests.search.conftest import ColourEncoder, StemEncoder


def space(name: str, kind: str = "frames") -> Space:
    return Space(name, kind, 4, 1)  # type: ignore[arg-type]


def test_the_tiny_encoders_keep_the_protocols(
    colour_encoder: ColourEncoder, stem_encoder: StemEncoder
) -> None:
    assert isinstance(colour_encoder, PictureEncoder)
    assert isinstance(stem_encoder, WordsEncoder)
    assert not isinstance(stem_encoder, PictureEncoder)
    assert space_of(stem_encoder) == "stems@1"


def test_a_given_encoder_must_fit(colour_encoder: ColourEncoder) -> None:
    encoders = QueryEncoders(Settings(), picture=colour_encoder)
    assert encoders.picture([space("colour@1")]) is colour_encoder
    reason = encoders.picture([space("other@2")])
    assert isinstance(reason, str)
    assert "other@2" in reason
    assert "kinolex index --only picture" in reason


def test_an_encoder_that_is_not_here_is_a_sentence_and_is_tried_once() -> None:
    encoders = QueryEncoders(Settings())
    first = encoders.picture([space("siglip2-b16-256@0")])
    assert isinstance(first, str)
    assert first
    assert encoders.picture([space("siglip2-b16-256@0")]) is first
    assert isinstance(encoders.words([space("nobody@1", "passages")]), str)


def test_what_was_prepared_is_what_is_given() -> None:
    encoders, spaces = QueryEncoders(Settings()), [space("nobody@1", "passages")]
    encoders.prepare_words(spaces, ["a"])
    encoders.prepare_words(spaces, ["a"])  # once is enough
    thread = encoders._preparing
    assert thread is not None
    found = encoders.words(spaces)
    assert not thread.is_alive()
    assert encoders.words(spaces) is found


def test_the_prepared_vector_is_that_of_the_question(stem_encoder: StemEncoder) -> None:
    encoders, spaces = QueryEncoders(Settings(), words=stem_encoder), [space("stems@1", "passages")]
    encoders.prepare_words(spaces, ["red cup", "dog"])
    encoder = encoders.words(spaces)
    assert encoder is stem_encoder
    for text in ("red cup", "dog", "something else"):
        alone = stem_encoder.encode_words([text], query=True)[0]
        assert (encoders.meaning(stem_encoder, text) == alone).all()


def test_an_encoder_of_english_does_not_read_other_letters(stem_encoder: StemEncoder) -> None:
    class English:
        name, version, dimensions = "all-minilm-l6-v2", "1", 3

    for text in ("собака", "猫", "القطة", "μία γάτα", "cat собака бежит"):
        assert not reads(English(), text)  # type: ignore[arg-type]
        assert reads(stem_encoder, text)
    for text in ("a cat", "über Straßen", "42", "", "cat and dog, собака"):
        assert reads(English(), text)  # type: ignore[arg-type]
