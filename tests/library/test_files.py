from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinolex.library.records import FileState
from kinolex.library.store import Store
from tests.library.samples import add_video, video_id

names = st.text(
    st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=8
)
raw_names = st.binary(min_size=1, max_size=6).map(lambda b: os.fsdecode(b.replace(b"/", b"_")))
quiet = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quiet
@given(st.lists(st.one_of(names, raw_names.filter(lambda n: "\0" not in n)), unique=True))
def test_names_of_all_kinds_come_back(tmp_path_factory, relatives: list[str]) -> None:
    with Store.open(tmp_path_factory.mktemp("l"), write=True) as store:
        root = store.add_root(tmp_path_factory.mktemp("r"))
        states = [FileState(root.id, r, 1, -(2**40), "", sidecars=r) for r in relatives]
        store.touch_files(states)
        assert store.files(root.id) == {s.relative: s for s in states}
        store.mark_missing(root.id, relatives[:2])
        assert {r for r, s in store.files(root.id).items() if s.missing} == set(relatives[:2])
        store.forget_files(root.id, relatives[1:])
        assert set(store.files(root.id)) == set(relatives[:1])


def test_a_path_that_gets_another_content(store: Store, tmp_path: Path) -> None:
    root = store.add_root(tmp_path)
    one, two = add_video(store, 1), add_video(store, 2)
    store.put_file(FileState(root.id, "a.mp4", 1, 2, one, missing=True))
    store.put_file(FileState(root.id, "a.mp4", 3, 4, two))
    assert store.files(root.id) == {"a.mp4": FileState(root.id, "a.mp4", 3, 4, two)}
    assert store.video(one).paths == ()
    assert store.video(two).paths == (str(root.path / "a.mp4"),)


def test_a_thousand_moved_files_are_one_change(store: Store, tmp_path: Path) -> None:
    root = store.add_root(tmp_path)
    states = [FileState(root.id, f"{n}.mp4", 1, 2, video_id(n)) for n in range(1000)]
    before = store.generation
    store.touch_files(states)
    assert store.generation == before + 1
    assert len(store.files(root.id)) == 1000
