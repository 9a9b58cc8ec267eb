"""Two versions of an article side by side, the differences marked.

Does not know which version governs. Articles are renumbered between versions, so the counterpart is the article of
the other version whose wording is nearest (推定); diff-match-patch tells the differences.
"""

from __future__ import annotations

from kb.app import KnowledgeBase
from kb.base.records import InputError, Passage
from kb.pages.shared.markup import Markup, button, join, tag
from kb.pages.shared.provision import Opened, row_name

NEAREST = 45.0
"""Least likeness (rapidfuzz ratio, 0 to 100) to call an article a counterpart: unrelated articles of one law stay below
40 on the texts beside the checkout, renumbered and lightly amended ones above 60."""
_SAME, _GONE, _NEW = 0, -1, 1


def comparison(base: KnowledgeBase, opened: Opened, version: str) -> Markup:
    """The opened article beside its counterpart in another held version. Raises InputError when that is not held."""
    passage = opened.found.passage
    other = counterpart(passage, base.generation.articles(passage.title, version or None))
    back = button("返回条文", "open", class_="kb-button", row=row_name(opened.generation, passage.id))
    head = tag("h2", f"《{passage.title}》{passage.article} 版本对照", tabindex="-1")
    if other is None:
        note = tag("p", f"{version}文本里没有文字相近的条文。", class_="kb-note kb-care", role="note")
        return tag("article", head, note, tag("p", back), class_="kb-provision")
    old, new = sorted((other, passage), key=lambda p: p.version or "")
    left, right = differences(old.text, new.text)
    how = tag("p", "对应的条按文字相近推定；删去的字划线，新增的字加底色。", class_="kb-source")
    columns = tag("div", _column(old, left), _column(new, right), class_="kb-columns")
    return tag("article", head, how, columns, tag("p", back), class_="kb-provision")


def counterpart(passage: Passage, others: list[Passage]) -> Passage | None:
    """The article nearest in wording; None when none is near. Raises InputError without any other."""
    from rapidfuzz import fuzz

    if not others:
        raise InputError(f"库中没有《{passage.title}》的这个文本")
    best = max(others, key=lambda p: (fuzz.ratio(p.text, passage.text), p.article == passage.article))
    return best if fuzz.ratio(best.text, passage.text) >= NEAREST else None


def differences(old: str, new: str) -> tuple[Markup, Markup]:
    """Both texts with what was struck (``del``) and what was added (``ins``) marked; lines become paragraphs."""
    from diff_match_patch import diff_match_patch

    tool = diff_match_patch()
    tool.Diff_Timeout = 1.0
    changes = tool.diff_main(old, new)
    tool.diff_cleanupSemantic(changes)
    left = join(tag("del", t) if op == _GONE else t for op, t in changes if op in (_SAME, _GONE))
    right = join(tag("ins", t) if op == _NEW else t for op, t in changes if op in (_SAME, _NEW))
    return left, right


def _column(passage: Passage, text: Markup) -> Markup:
    head = tag("h3", f"{passage.version or '日期不明'}文本 {passage.article}")
    return tag("section", head, tag("div", text, class_="kb-text kb-lines"))
