"""Questions by a chat model: bounded, resumable, only what can be used, all for review."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kb.base.address import ArticleNo
from kb.base.records import ModelError
from kb.search.questions import load, sample, write_questions
from kb.search.questions.write import usable

ARTICLES = [("示例消防规定", ArticleNo(n), f"第 {n} 件事不得做，做了罚款。") for n in range(1, 8)]


class Chat:
    """A chat model that answers from a script, over and over, and remembers its prompts."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.prompts = answers, []

    def __call__(self, prompt: str) -> str:
        self.prompts.append(prompt)
        article = re.search("第 ([0-9]+) 件事", prompt)
        answer = self.answers[(len(self.prompts) - 1) % len(self.answers)]
        return answer.replace("那件事", f"第{article[1]}件事" if article else "那件事")


GOOD = json.dumps(["厂里做了那件事罚多少", "商场里做那件事归谁管", "做了那件事能不能先改不罚"], ensure_ascii=False)


def test_questions_are_kept_for_review_with_their_article(tmp_path: Path) -> None:
    chat, file = Chat(GOOD), tmp_path / "model.jsonl"
    steps: list[tuple[int, int]] = []
    done = write_questions(ARTICLES[:2], chat, file, per_article=2, progress=lambda *at: steps.append(at))
    assert (done.articles, done.questions, done.failed, done.left) == (2, 4, (), 0)
    assert "示例消防规定" in chat.prompts[0]
    assert "第 1 件事" in chat.prompts[0]
    kept = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert all((r["origin"], r["status"], len(r["gold"])) == ("model", "review", 1) for r in kept)
    assert [r["gold"][0][1] for r in kept] == ["第一条", "第一条", "第二条", "第二条"]
    assert steps == [(1, 2), (2, 2)]


def test_a_run_is_bounded_and_the_next_goes_on(tmp_path: Path) -> None:
    first, second, file = Chat(GOOD), Chat(GOOD), tmp_path / "model.jsonl"
    assert write_questions(ARTICLES, first, file, limit=5).left == 2
    assert write_questions(ARTICLES, second, file, limit=5).left == 0
    assert (len(first.prompts), len(second.prompts)) == (5, 2)


def test_a_stopped_run_keeps_what_it_had(tmp_path: Path) -> None:
    file = tmp_path / "model.jsonl"

    def fails_third(prompt: str) -> str:
        if "第 3 件事" in prompt:
            raise ModelError("断线")
        return Chat(GOOD)(prompt)

    with pytest.raises(ModelError, match="断线"):
        write_questions(ARTICLES, fails_third, file)
    assert len(load([file])) == 6
    again = Chat(GOOD)
    write_questions(ARTICLES, again, file, limit=1)
    assert "第 3 件事" in again.prompts[0]


def test_unusable_answers_are_counted_and_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "model.jsonl"
    done = write_questions(ARTICLES[:4], Chat("抱歉，我不能", GOOD), file)
    assert (done.articles, done.failed) == (2, (("示例消防规定", ArticleNo(1)), ("示例消防规定", ArticleNo(3))))
    again = Chat(GOOD)
    write_questions(ARTICLES[:4], again, file)
    assert len(again.prompts) == 2


def test_a_question_that_fits_two_articles_is_kept_for_the_first(tmp_path: Path) -> None:
    file = tmp_path / "model.jsonl"
    done = write_questions(ARTICLES[:2], lambda _: '["做了这种事罚多少钱"]', file)
    assert (done.questions, done.failed) == (1, (("示例消防规定", ArticleNo(2)),))


def test_a_model_that_never_answers_is_stopped_after_three(tmp_path: Path) -> None:
    chat = Chat("我不知道")
    with pytest.raises(ModelError, match="连续三次"):
        write_questions(ARTICLES, chat, tmp_path / "model.jsonl")
    assert len(chat.prompts) == 3


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ('["厂里堵了通道怎么罚"]', ["厂里堵了通道怎么罚"]),
        ('```json\n["厂里堵了通道怎么罚"]\n```', ["厂里堵了通道怎么罚"]),
        ('["厂里 堵了\\n通道怎么罚", "厂里 堵了 通道怎么罚"]', ["厂里 堵了 通道怎么罚"]),
        ('["罚？", "' + "长" * 121 + '", 5, null]', []),
        ('["示例消防规定怎么说的呢", "第六十条是什么意思", "《示例法》管不管这个"]', []),
        ("没有数组", []),
        ("[1, 2", []),
        ('{"q": "问题问题问题"}', []),
        ("[" * 5000 + "]" * 5000, []),
    ],
)
def test_what_of_an_answer_is_used(answer: str, wanted: list[str]) -> None:
    assert usable(answer, "示例消防规定") == wanted


def test_a_sample_for_review_is_drawn_from_those_that_wait(tmp_path: Path) -> None:
    file = tmp_path / "model.jsonl"
    write_questions(
        ARTICLES, lambda p: json.dumps([f"问题{len(p)}{p[60:90]}".replace("《", "")[:40]]), file, per_article=1
    )
    waiting = load([file])
    assert sample(waiting, 100) == waiting
    assert len(sample(waiting, 1)) == 1
    assert sample(waiting, 1, seed=3) == sample(waiting, 1, seed=3)
