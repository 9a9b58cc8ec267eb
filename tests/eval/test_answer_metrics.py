"""Answer objects against gold rows: articles, places, points, quotations, numbers, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from eval.metrics import given, given_exactly, judge
from eval.metrics.answers import expected, named

ARTICLE = "车间应当做到：\n（一）通道宽度不少于二米；\n（二）油漆桶加盖存放。\n违反的，处五千元以上二万元以下的罚款。"


class Held:
    """One invented article of two 款; a report."""

    def article(self, title: str, article: str, version: str | None) -> str | None:
        return ARTICLE if (title, article) == ("示例条例", "第三条") else None

    def paragraphs(self, title: str, article: str) -> int | None:
        return 2 if (title, article) == ("示例条例", "第三条") else 1

    def document(self, source: str) -> str | None:
        return "全年检查风车作坊37家次，发现隐患52处。" if source.endswith("示例.txt") else None


def cite(**changes: Any) -> dict[str, Any]:
    return {
        "n": 1,
        "kind": "law",
        "title": "示例条例",
        "version": None,
        "article": "第三条",
        "paragraph": None,
        "item": None,
        "address": "《示例条例》第三条",
        "role": "penalty",
        "quote": "处五千元以上二万元以下的罚款",
        "status": "verified",
        "source": "示例条例.md",
        **changes,
    }


def answer(
    *citations: dict[str, Any], text: str = "处5000元以上2万元以下的罚款[1]。", refused: bool = False
) -> dict[str, Any]:
    return {"refused": refused, "text": text, "citations": list(citations), "hits": []}


def row(*gold: dict[str, Any], points: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "question": "怎么罚？",
        "history": [],
        "answerable": bool(gold),
        "gold": list(gold),
        "answer_points": points,
    }


def law(article: str = "第三条", role: str = "penalty", *items: str) -> dict[str, Any]:
    return {"law": "示例条例", "article": article, "role": role, **({"items": list(items)} if items else {})}


def metrics(gold: dict[str, Any], given_answer: dict[str, Any]) -> dict[str, float]:
    return judge(gold, given_answer, Held()).metrics


@pytest.mark.parametrize(
    ("citations", "recall", "precision"),
    [
        ([cite()], 0.5, 1.0),
        ([cite(), cite(article="第四条")], 1.0, 1.0),
        ([cite(), cite(article="第九条")], 0.5, 0.5),
        ([cite(article="第九条")], 0.0, 0.0),
        ([], 0.0, 0.0),
        ([cite(), cite(article="第九条", role="procedure")], 0.5, 1.0),  # procedure stands apart
        ([cite(), cite(article="第四条", role="conflict")], 0.5, 1.0),
        ([cite(title="中华人民共和国示例条例")], 0.5, 1.0),
    ],
)
def test_citations_by_article(citations: list[dict[str, Any]], recall: float, precision: float) -> None:
    found = metrics(row(law(), law("第四条")), answer(*citations))
    assert (found["cite_recall"], found["cite_precision"]) == (recall, precision)


def test_a_gold_that_is_procedure_is_met_by_a_procedure_citation() -> None:
    found = metrics(row(law("第四条", "procedure")), answer(cite(article="第四条", role="procedure")))
    assert found["cite_recall"] == 1.0


@pytest.mark.parametrize(
    ("items", "cited", "recall", "precision"),
    [
        (["第一款第（二）项"], {"paragraph": 1, "item": "（二）"}, 1.0, 1.0),
        (["第一款第（二）项"], {"paragraph": 1, "item": "（一）"}, 0.0, 0.0),
        (["第一款第（二）项"], {"paragraph": 1}, 0.0, 0.0),  # coarser than the gold
        (["第一款第（二）项"], {}, 0.0, 0.0),  # the whole article
        (["第一款"], {"paragraph": 1, "item": "（二）"}, 1.0, 1.0),  # inside the gold place
        (["第一款", "第二款"], {"paragraph": 2}, 0.5, 1.0),
        (["第（二）项"], {"paragraph": 1, "item": "（二）"}, 1.0, 1.0),
    ],
)
def test_citations_by_place(items: list[str], cited: dict[str, Any], recall: float, precision: float) -> None:
    found = metrics(row(law("第三条", "penalty", *items)), answer(cite(**cited)))
    assert (found["place_recall"], found["place_precision"]) == (recall, precision)


@pytest.mark.parametrize(
    ("cited", "around"),
    [({"paragraph": 1}, 1.0), ({}, 1.0), ({"paragraph": 2}, 0.0), ({"paragraph": 1, "item": "（一）"}, 0.0)],
)
def test_a_coarser_citation_is_told_from_one_of_another_place(cited: dict[str, Any], around: float) -> None:
    assert metrics(row(law("第三条", "penalty", "第一款第（二）项")), answer(cite(**cited)))["place_around"] == around


def test_an_unnamed_paragraph_of_a_single_paragraph_article_is_the_first() -> None:
    gold = row(law("第五条", "penalty", "第一款第（一）项"))
    assert metrics(gold, answer(cite(article="第五条", item="（一）")))["place_recall"] == 1.0


@pytest.mark.parametrize(
    ("point", "text", "loose", "strict"),
    [
        ("处五万元以下的罚款", "处5万元以下的罚款", True, True),
        ("处五万元以下的罚款", "处50,000元以下的罚款", True, True),
        ("处五万元以下的罚款", "处十五万元以下的罚款", False, False),
        ("处5万元以下的罚款", "处25万元以下的罚款", False, False),
        ("责令停产停业，并处三万元罚款", "责令停产停业整顿，并处3万元的罚款", True, False),
        ("应当每周检查一次", "每月检查一次", False, False),
        ("4个", "共有4个智能体", True, True),
        ("4个", "共有4个月", False, False),
    ],
)
def test_answer_points_by_value(point: str, text: str, loose: bool, strict: bool) -> None:
    assert given(point, [text]) is loose
    assert given_exactly(point, [text]) is strict


def test_points_may_stand_in_a_scored_quotation_but_not_in_a_procedure_one() -> None:
    gold = row(law(), points=("处五千元以上二万元以下的罚款",))
    assert metrics(gold, answer(cite(), text="见[1]。"))["points"] == 1.0
    assert metrics(gold, answer(cite(role="procedure"), text="见[1]。"))["points"] == 0.0


@pytest.mark.parametrize(
    ("quote", "exact"),
    [
        ("处五千元以上二万元以下的罚款", 1.0),
        ("车间应当做到：…（二）油漆桶加盖存放。", 1.0),
        ("处五千元以上三万元以下的罚款", 0.0),
        ("", 0.0),
    ],
)
def test_quotations_are_held_against_the_text_not_the_claimed_status(quote: str, exact: float) -> None:
    assert metrics(row(law()), answer(cite(quote=quote, status="verified")))["quote_exact"] == exact


@pytest.mark.parametrize(
    ("text", "question", "supported"),
    [
        ("处5000元以上2万元以下的罚款[1]。", "怎么罚？", 1.0),
        ("处五万元的罚款[1]。", "怎么罚？", 0.0),
        ("现场有20桶油漆，处5000元以上2万元以下的罚款[1]。", "三层堆了二十桶油漆，怎么罚？", 1.0),
        ("限60日内改正[1]。", "怎么罚？", 0.0),
    ],
)
def test_numbers_need_a_source(text: str, question: str, supported: float) -> None:
    gold = {**row(law()), "question": question}
    assert metrics(gold, answer(cite(), text=text))["numbers"] == supported


def test_refusals_due_and_undue() -> None:
    unanswerable, answerable = row(), row(law())
    assert metrics(unanswerable, answer(text="没有", refused=True)) == {"refusal_due": 1.0}
    assert metrics(unanswerable, answer(cite())) == {"refusal_due": 0.0}
    refused = metrics(answerable, answer(text="没有", refused=True))
    assert refused["refusal_undue"] == 1.0
    assert refused["cite_recall"] == refused["cite_precision"] == 0.0


def test_conflicts_shown() -> None:
    gold = row(law(), law("第八条", "conflict"))
    assert metrics(gold, answer(cite()))["conflict"] == 0.0
    assert metrics(gold, answer(cite(), cite(article="第八条", role="conflict")))["conflict"] == 1.0


def test_reports_are_met_by_document_and_quotation() -> None:
    gold = row({"doc": "示例.txt", "quote": "检查风车作坊37家次"}, points=("37家次",))
    good = cite(kind="report", article=None, source="reports/示例.txt", quote="全年检查风车作坊37家次", role="report")
    other = {**good, "source": "reports/别的.txt"}
    assert metrics(gold, answer(good, text="37家次[1]。"))["cite_recall"] == 1.0
    assert metrics(gold, answer(other, text="37家次[1]。"))["cite_recall"] == 0.0


def test_every_applicable_metric_is_among_those_expected_of_a_failed_row() -> None:
    gold = row(law("第三条", "penalty", "第一款"), law("第八条", "conflict"), points=("罚款",))
    assert set(metrics(gold, answer(cite()))) == set(expected(gold))


def test_names_of_one_article_agree() -> None:
    assert named("中华人民共和国示例法", "第97条") == named("《示例法》", "第九十七条")
