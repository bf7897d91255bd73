"""Readers on pictures with known text."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kinolex.encoders import screen
from kinolex.encoders.protocols import ScreenReader
from kinolex.encoders.screen_passages import ScreenText
from kinolex.encoders.screen_tesseract import TesseractReader, lines_of_tsv
from kinolex.errors import EncoderError, ModelMissingError
from kinolex.settings import Settings

SLIDE = [
    "Introduction to Gradient Descent",
    "Choose a learning rate of 0.001",
    "Compute the loss for each batch",
    "Total revenue 2024: $34.5M",
]


def slide(lines=SLIDE, width=1280, height=720, dark=False, quality=0):
    ink, paper = ((240, 240, 240), (20, 30, 60)) if dark else ((10, 10, 10), (250, 250, 245))
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    for i, text in enumerate(lines):
        font = ImageFont.load_default(size=round((40 if i == 0 else 28) * height / 720))
        draw.text((0.08 * width, (0.08 + 0.15 * i) * height), text, font=font, fill=ink)
    if quality:
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=quality)
        image = Image.open(packed).convert("RGB")
    return np.asarray(image)


@pytest.fixture(scope="module", params=["rapidocr", "tesseract"])
def reader(request):
    try:
        return screen.load(request.param, Settings(threads=2))
    except ModelMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def rapid():
    try:
        return screen.RapidReader(Settings(threads=2))
    except ModelMissingError as error:
        pytest.skip(str(error))


def test_it_is_a_reader(reader):
    assert isinstance(reader, ScreenReader)
    assert reader.name in ("rapidocr", "tesseract")
    assert reader.version


@pytest.mark.parametrize(
    "look", [{}, {"dark": True}, {"width": 960, "height": 540, "quality": 60}], ids=str
)
def test_words_order_and_places(reader, look):
    found = reader.read(slide(**look))
    assert [line.text for line in found] == SLIDE
    for i, line in enumerate(found):
        left, top, width, height = line.box
        assert left == pytest.approx(0.08, abs=0.03)
        assert top == pytest.approx(0.08 + 0.15 * i, abs=0.04)
        assert 0.2 < width < 0.7
        assert 0.02 < height < 0.1
        assert 0.6 < line.confidence <= 1


def test_nothing_written(reader):
    random = np.random.default_rng(1)
    assert reader.read(np.zeros((360, 640, 3), np.uint8)) == []
    assert reader.read(random.integers(0, 256, (360, 640, 3), dtype=np.uint8)) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (8, 200, 3), (40, 2000, 3), (333, 77, 3)])
def test_odd_sizes_do_not_fail(reader, shape):
    assert isinstance(reader.read(np.full(shape, 255, np.uint8)), list)


def test_slices_of_larger_arrays_are_read(reader):
    wide = np.concatenate([slide(), slide()], axis=1)
    assert [line.text for line in reader.read(wide[:, :1280])] == SLIDE


def test_a_changed_line_is_read_again_and_the_others_are_known(rapid):
    rapid.forget()
    first = rapid.read(slide(quality=80))
    changed = [*SLIDE[:3], "Total revenue 2025: $34.5M"]
    second = rapid.read(slide(changed, quality=70))
    assert [line.text for line in second] == changed
    assert second[0] == first[0]
    rapid.forget()
    fresh = rapid.read(slide(changed, quality=70))
    assert [line.text for line in fresh] == changed


def test_a_shown_slide_becomes_one_passage(rapid):
    rapid.forget()
    text = ScreenText()
    for i, quality in enumerate((90, 60, 75, 50)):
        text.add(20.0 * i, rapid.read(slide(quality=quality)))
    (passage,) = text.finish(90.0)
    assert passage.text.split("\n") == SLIDE
    assert (passage.span.start, passage.span.end) == (0.0, 90.0)


def test_unknown_readers_are_refused():
    with pytest.raises(EncoderError, match="'crystal ball'"):
        screen.load("crystal ball")


def test_a_missing_program_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(ModelMissingError, match="apt install tesseract-ocr"):
        TesseractReader()


def test_the_language_of_the_settings_is_read_too(reader):
    if reader.name == "tesseract":
        assert "eng" in TesseractReader(Settings(language="xx")).version
        assert TesseractReader(Settings(language="en")).version.endswith("-eng")


def test_tsv_with_quotes_and_doubtful_words():
    table = "\n".join(
        [
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
            "4\t1\t1\t1\t1\t0\t10\t10\t80\t20\t-1\t",
            '5\t1\t1\t1\t1\t1\t10\t10\t30\t20\t96.5\t"Open',
            "5\t1\t1\t1\t1\t2\t50\t10\t40\t20\t91.5\tday",
            "5\t1\t1\t1\t1\t3\t95\t10\t5\t20\t12\t|",
            "5\t1\t1\t1\t2\t1\t10\t50\t30\t20\t45\tsmudge",
            "5\t1\t1\t1\t3\t1\t10\t90\t30\t20\t99\t ",
        ]
    )
    (line,) = lines_of_tsv(table, 100, 100)
    assert line.text == '"Open day'
    assert line.box == pytest.approx((0.1, 0.1, 0.8, 0.2))
    assert line.confidence == pytest.approx(0.94)
