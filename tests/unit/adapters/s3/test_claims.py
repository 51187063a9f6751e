from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.adapters.s3.claims import Claims, claims_of
from mlgitlab.adapters.s3.credentials import session_name


def token(claims: object) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


def test_the_claims_of_a_token_are_read() -> None:
    found = claims_of(token({"iss": "https://gitlab.example.com", "aud": ["a", "b"], "sub": "p\n", "exp": 1}))
    assert str(found) == 'iss https://gitlab.example.com, aud ["a", "b"], sub p\\x0a'
    assert found.expired
    assert found.expired > 1e9


@given(st.one_of(st.text(), st.builds(token, st.one_of(st.none(), st.integers(), st.lists(st.text())))))
def test_what_is_no_token_has_no_claims(text: str) -> None:
    assert claims_of(text) == Claims()


@given(st.text())
def test_a_session_name_is_one_that_sts_takes(text: str) -> None:
    name = session_name(text)
    assert 2 <= len(name) <= 64
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-")


def test_a_session_name_keeps_its_end() -> None:
    assert session_name("group/" + "long" * 30 + "/123456").endswith("-123456")
