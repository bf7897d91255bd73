from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.serve.people import ROLES, ForbiddenError, Person, Role, lesser

RANK = {"viewer": 0, "editor": 1, "admin": 2}
roles = st.sampled_from(ROLES)


@given(roles, roles)
def test_roles_are_a_ladder(own: Role, wanted: Role) -> None:
    person = Person("anna", own)
    assert person.may(wanted) == (RANK[own] >= RANK[wanted])
    assert lesser(own, wanted) == lesser(wanted, own)
    assert person.may(lesser(own, wanted))
    if person.may(wanted):
        person.need(wanted)
    else:
        with pytest.raises(ForbiddenError, match=wanted):
            person.need(wanted)


@given(st.none() | st.frozensets(st.sampled_from("abc")), st.sampled_from("abcd"))
def test_roots_are_what_was_given(roots: frozenset[str] | None, root: str) -> None:
    assert Person("anna", "viewer", roots).sees(root) == (roots is None or root in roots)
