"""Keys are opaque and absent from every input; citations become numbers, and what cites nothing is reported."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assist.chain import NumberedPieces, make_keys, to_numbered

KEYS = {"S7F2": 1, "S9K3": 2, "SA4C": 3}

CASES = [
    # (what the model wrote, what is shown, citations that name no source)
    ("应当标注[S7F2]。", "应当标注[1]。", ()),
    ("应当标注[S7F2][S9K3]。", "应当标注[1][2]。", ()),
    ("应当标注[S7F2, S9K3]。", "应当标注[1][2]。", ()),
    ("应当标注【S7F2、SA4C】。", "应当标注[1][3]。", ()),
    ("应当标注（S9K3）。", "应当标注[2]。", ()),
    ("应当标注[来源：S7F2]。", "应当标注[1]。", ()),
    ("应当标注[资料S7F2和资料S9K3]。", "应当标注[1][2]。", ()),
    ("应当标注[s7f2]。", "应当标注[1]。", ()),
    ("应当标注\uff3bS7F2\uff3d。", "应当标注[1]。", ()),
    ("应当标注[\uff33\uff17\uff26\uff12]。", "应当标注[1]。", ()),
    ("根据S7F2，应当标注。", "根据[1]，应当标注。", ()),
    ("（见S7F2）应当标注。", "（见[1]）应当标注。", ()),
    ("应当标注[S7F2 S7F2]。", "应当标注[1]。", ()),
    ("从重处罚[S9Z9]。", "从重处罚。", ("S9Z9",)),
    ("从重处罚[S7F2, S9Z9]。", "从重处罚[1]。", ("S9Z9",)),
    ("从重处罚[S1]和[S1]。", "从重处罚和。", ("S1",)),
    ("从重处罚[1]。", "从重处罚。", ("1",)),
    ("从重处罚【2】[来源3]。", "从重处罚。", ("2", "3")),
    ("从重处罚[^1]。", "从重处罚。", ("1",)),
    ("国办发[2018]118号[S7F2]", "国办发[2018]118号[1]", ()),
    ("国发\u30142011\u301523号", "国发\u30142011\u301523号", ()),
    ("（一）未标注的；(2)未存放的", "（一）未标注的；(2)未存放的", ()),
    ("[注]见附件[附件1]", "[注]见附件[附件1]", ()),
    ("型号S7F2A与AS7F2、S7F", "型号S7F2A与AS7F2、S7F", ()),
    ("标准[SB/T 10000]", "标准[SB/T 10000]", ()),
    ("未闭合[S7F2", "未闭合[[1]", ()),
    ("2[S9Z9]S9K3", "2[2]", ("S9Z9",)),
    ("", "", ()),
]


@pytest.mark.parametrize(("written", "shown", "unknown"), CASES)
def test_keys_become_numbers(written: str, shown: str, unknown: tuple[str, ...]) -> None:
    assert to_numbered(written, KEYS) == (shown, unknown)


_PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["[S7F2]", "[S9Z9]", "S9K3", "【SA4C、S7F2】", "[1]", "（一）", "[2018]", "[", "]", "（", "。", "\n"]
        ),
        st.text(alphabet="应当S7F2K39[]【】（），、 \nab", max_size=12),
    ),
    max_size=12,
)


@given(_PIECES, st.lists(st.integers(0, 80), max_size=12))
def test_a_stream_shows_what_the_whole_would(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    edges = sorted({0, len(text), *(c for c in cuts if c < len(text))})
    stream = NumberedPieces(KEYS)
    shown = "".join(stream.feed(text[a:b]) for a, b in pairwise(edges)) + stream.finish()
    assert (shown, stream.unknown) == to_numbered(text, KEYS)


def test_a_stream_does_not_hold_back_plain_text() -> None:
    stream = NumberedPieces(KEYS)
    assert stream.feed("应当标注[S7") == "应当标注"
    assert stream.feed("F2]。处") == "[1]。处"
    assert stream.feed("[" + "长" * 70) == "[" + "长" * 70


@given(st.text(alphabet="S234679ACDEFGHJKMNPQRTUVWXYsacdef", max_size=3000))
def test_no_key_occurs_in_the_inputs(text: str) -> None:
    keys = make_keys(12, avoid=text)
    assert len(set(keys)) == 12
    for key in keys:
        assert key not in text.upper()
        assert re.fullmatch(r"S(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{3}", key)


def test_keys_differ_from_request_to_request() -> None:
    assert len({make_keys(1) for _ in range(50)}) > 40


def test_too_many_sources_are_refused() -> None:
    with pytest.raises(ValueError, match="1000"):
        make_keys(1000)
