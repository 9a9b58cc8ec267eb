"""A small index with known questions, built once: invented laws of two places, a report, the shipped encoder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from kb.search.embed import load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.rank import load_ranker
from kb.search.retrieve import Retriever, Scope
from tests.samples import write_corpus

DAY = date(2025, 1, 1)
COPIED = """# {place}示例码头管理办法

2018年1月1日{place}人民政府第一次会议通过

<!-- INFO END -->

第一条 码头经营人应当在系缆桩旁放置救生圈，每季度检查一次缆绳磨损情况并记录。

第二条 违反本办法第一条规定，未放置救生圈的，处{fine}元罚款。

第三条 本办法自2018年2月1日起施行。
"""
QUESTIONS = [
    {"q": "吊钩几天得查一遍", "gold": [["示例车间安全条例", "第二条"]], "style": "plain"},
    {"q": "吊钩一直没人查，车间要挨多少罚", "gold": [["示例车间安全条例", "第二条"], ["示例车间安全条例", "第四条"]]},
    {"q": "油漆桶敞着口放", "gold": [["示例车间安全条例", "第三条"], ["示例车间安全条例", "第五条"]]},
    {"q": "那要罚多少", "history": ["吊钩没人查"], "gold": [["示例车间安全条例", "第四条"]], "style": "followup"},
]


@pytest.fixture(scope="session")
def asked_generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    """Three invented laws, a copied local rule of three places, a report, four known questions."""
    folder = tmp_path_factory.mktemp("asked")
    corpus = write_corpus(folder / "corpus")
    for place, fine in (("甲示例市", 300), ("乙示例市", 400), ("丙示例市", 500)):
        (corpus / "laws" / f"{place}示例码头管理办法(2018-01-01).md").write_text(
            COPIED.format(place=place, fine=fine), "utf-8"
        )
    questions = folder / "questions.jsonl"
    questions.write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in QUESTIONS), "utf-8")
    build(Inputs((corpus,), questions=(questions,)), folder / "index", load_encoder(None), workers=1)
    generation = Generation.open(folder / "index")
    yield generation
    generation.close()


@pytest.fixture(scope="session")
def retriever(asked_generation: Generation) -> Retriever:
    """The shipped encoder and ranker over the small index."""
    return Retriever(asked_generation, load_encoder(None), load_ranker())


@pytest.fixture
def everywhere() -> Scope:
    """All kinds and places."""
    return Scope(DAY)
