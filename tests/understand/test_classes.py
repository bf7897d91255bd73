from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinolex.errors import NotFoundError, UsageError
from kinolex.progress import Event
from kinolex.understand.classes import (
    MOST,
    TEMPLATES,
    Class,
    class_vectors,
    read_classes,
    with_article,
)
from tests.search.conftest import StemEncoder


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.txt", "\ufeff# two animals\ndog\n\n  cat : a cat | a  kitten \n"),
        ("list.json", '{"dog": [], "cat": ["a cat", "a kitten"]}'),
        ("named.txt", '\n {"dog": null, "cat": ["a cat", "a kitten"]}'),
    ],
)
def test_every_way_of_writing_a_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    wanted = [Class("dog"), Class("cat", ("a cat", "a kitten"))]
    assert read_classes(tmp_path / name) == read_classes(str(tmp_path / name)) == wanted


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_classes_come_through_a_pipe(tmp_path: Path) -> None:
    """As of ``--classes <(command)`` in a shell."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("dog\ncat\n",))
    writer.start()
    assert [one.name for one in read_classes(tmp_path / "pipe")] == ["dog", "cat"]
    writer.join()


def test_lists_mappings_and_colons() -> None:
    assert read_classes(["dog", "a  cat"]) == [Class("dog"), Class("a cat")]
    assert read_classes({"dog": "a puppy"}) == [Class("dog", ("a puppy",))]


def test_a_colon_in_a_word_is_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("kick-off 20:30\nwar: battle\nbare:\n", encoding="utf-8")
    assert read_classes(tmp_path / "c") == [
        Class("kick-off 20:30"),
        Class("war", ("battle",)),
        Class("bare"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "names no class"),
        (b"# only this\n\n", "names no class"),
        (b"dog\nDOG\n", 'names the class "dog" twice'),
        (b": a prompt\n", "without a name"),
        (b"a\0b", "no text"),
        (b"\xff\xfe\x00", "cannot be read as text"),
        (b"[1, 2]", "no class"),
        (b'{"a": [1]}', "no class"),
        (b'["a",', "no JSON"),
        (b'{"a": [], "a": ["b"]}', 'names the class "a" twice'),
        (b'{"\\ud800": []}', "no class"),
        (b"[" * 100_000, "no JSON"),
        ("\n".join(map(str, range(MOST + 1))).encode(), "at most 10,000"),
    ],
)
def test_wrong_files_are_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(UsageError, match=says) as caught:
        read_classes(tmp_path / "c")
    assert "\n" not in str(caught.value)


def test_names_in_brackets_are_no_json(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("\n[music]\n[two people] : talk\n", encoding="utf-8")
    assert read_classes(tmp_path / "c") == [Class("[music]"), Class("[two people]", ("talk",))]
    (tmp_path / "c.json").write_text("[music]", encoding="utf-8")
    with pytest.raises(UsageError, match="no JSON"):
        read_classes(tmp_path / "c.json")


def test_one_name_in_two_spellings_of_an_accent_is_twice(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("caf\u00e9\nCafe\u0301\n", encoding="utf-8")
    with pytest.raises(UsageError, match="twice"):
        read_classes(tmp_path / "c")


def test_many_sentences_are_heard_of_and_few_are_not() -> None:
    heard: list[Event] = []
    class_vectors([Class(f"thing {n}") for n in range(100)], StemEncoder(), heard.append)
    assert [(e.kind, e.done, e.total) for e in heard] == [
        ("step", 0, 600), ("step", 256, 600), ("step", 512, 600)
    ]  # fmt: skip
    heard.clear()
    class_vectors([Class(f"thing {n}") for n in range(10)], StemEncoder(), heard.append)
    assert not heard


def test_no_file_a_folder_and_odd_values(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        read_classes(tmp_path / "none")
    with pytest.raises(UsageError, match="folder"):
        read_classes(tmp_path)
    with pytest.raises(UsageError, match="/dev/null is no file of classes"):
        read_classes("/dev/null")
    odd: list[Any] = [["a", 5], {"a": 5}, [], {}, 5, True, None]
    for value in odd:
        with pytest.raises(UsageError):
            read_classes(value)
    for text in ('"dog"', "5", "true"):
        (tmp_path / "one.json").write_text(text)
        with pytest.raises(UsageError, match="one value, not classes"):
            read_classes(tmp_path / "one.json")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dog", "a dog"), ("umbrella", "an umbrella"), ("unicorn", "a unicorn"),
        ("hour glass", "an hour glass"), ("the sea", "the sea"), ("dogs", "dogs"),
        ("bus", "a bus"), ("glass", "a glass"), ("tennis", "a tennis"), ("Rex", "Rex"),
        ("playing chess", "playing chess"), ("собака", "собака"), ("t-shirt", "a t-shirt"),
        ("children", "children"), ("4K screen", "4K screen"),
    ],
)  # fmt: skip
def test_articles(name: str, said: str) -> None:
    assert with_article(name) == said


def test_the_ensemble_is_the_mean_of_unit_vectors() -> None:
    """Against a loop over classes and sentences in float64, in batches that are not full."""
    encoder = StemEncoder()
    classes = [Class(f"thing {n}", ("one {}", "two") * (n % 3)) for n in range(70)]
    found = class_vectors(classes, encoder)
    for one, row in zip(classes, found, strict=True):
        if one.prompts:
            said = [p.replace("{}", one.name) for p in one.prompts]
        else:
            said = [t.replace("{}", one.name) for t in TEMPLATES]
        total = np.zeros(512)
        for sentence in said:
            vector = encoder.encode_words([sentence])[0].astype(np.float64)
            total += vector / np.sqrt((vector**2).sum())
        assert np.allclose(row, total / np.sqrt((total**2).sum()), atol=1e-6)
    assert not np.allclose(found[0], encoder.encode_words(["thing 0"])[0], atol=1e-2)
