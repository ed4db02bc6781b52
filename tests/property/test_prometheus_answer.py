"""Whatever a server sends comes back as an exact number or as a reason, and nothing raises."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from firstbell.adapters.prometheus_answer import sample
from firstbell.adapters.prometheus_session import RefusedError
from firstbell.adapters.prometheus_trouble import Asked, told
from firstbell.engine.ports import SecretKey
from tests.unit.adapters.answers import NOW, THEN

if TYPE_CHECKING:
    from firstbell.core.absence import Unavailable

TOKEN = "0123456789abcdef"  # noqa: S105 - of this test
ASKED = Asked(
    address="http://prometheus:9090", secret=SecretKey(namespace="a", name="b", key="c"), token=TOKEN
)
MOST_CHARACTERS = 800

atoms = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
things = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["metric", "value", "values", "histogram"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def fit_for_a_status(found: Unavailable) -> bool:
    return (
        found.message.isprintable() and len(found.message) <= MOST_CHARACTERS and TOKEN not in found.message
    )


@given(things)
def test_any_json_is_a_number_or_a_reason(result):
    found = sample(result, NOW, ASKED)
    assert isinstance(found, Fraction) or fit_for_a_status(found)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_prometheus_can_send_is_read_back_exactly(value):
    found = sample([{"metric": {}, "value": [THEN, repr(value)]}], NOW, ASKED)
    assert found == Fraction(repr(value))


@given(st.integers(300, 599), st.binary(max_size=200) | st.text().map(str.encode), st.text(max_size=99))
def test_any_refusal_is_a_sentence_fit_for_a_status(status, body, location):
    assert fit_for_a_status(ASKED.refused(RefusedError(status, body, location)))


@given(st.text(), st.text())
def test_a_server_cannot_bring_the_token_into_a_status(before, after):
    said = f'{{"error": "{TOKEN}"}}'.encode()
    assert fit_for_a_status(ASKED.refused(RefusedError(400, said, "")))
    assert TOKEN not in ASKED.quoted(f"{before}{TOKEN}{after}")


@given(st.text(max_size=300))
def test_any_address_is_told_on_one_line_and_without_a_password(address):
    assert told(address).isprintable()
    assert "hush" not in told(f"http://lms:hush@{address.replace('hush', '')}")
