"""Texts that try to become script wherever they are shown, and a chat model that writes such."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from kb.app import KnowledgeBase
from kb.base.records import Answer, Citation

PAYLOADS = (
    "<script>window.__got=1</script>",
    "<img src=x onerror=window.__got=1>",
    '"><svg onload=window.__got=1>',
    "'><details open ontoggle=window.__got=1>",
    "${window.__got=1}",
    "{{constructor.constructor('window.__got=1')()}}",
    "[点我](javascript:window.__got=1)",
    "</textarea><iframe srcdoc='<script>parent.__got=1</script>'>",
    "<a href=javascript:window.__got=1>链接</a>",
    "`+(window.__got=1)+`",
)
ALL = " ".join(PAYLOADS)
TITLE = "示例<img src=x onerror=window.__got=1>条例"


def write_hostile(folder: Path) -> Path:
    """A corpus of one law and one report; the file name is hostile too."""
    laws, reports = folder / "regulations", folder / "reports"
    laws.mkdir(parents=True)
    reports.mkdir()
    flat = ALL.replace("\n", " ")
    (laws / "示例<img src=x onerror=window.__got=1>条例(2020-01-01).md").write_text(
        f"# {TITLE}\n\n（2020年1月1日示例市人民代表大会常务委员会通过）\n\n## 第一章 总则{PAYLOADS[1]}\n\n"
        f"第一条 危险物品应当登记{flat}。\n\n"
        f"第二条 违反本条例第一条规定，未登记的，处一万元以上五万元以下的罚款{flat}。\n",
        encoding="utf-8",
    )
    (reports / "示例<svg onload=window.__got=1>报告.md").write_text(
        f"# 示例区应急管理局2025年工作报告{PAYLOADS[1]}\n\n一、举措和成效\n\n"
        f"（一）危险物品{flat}\n\n检查企业120家次{flat}。\n",
        encoding="utf-8",
    )
    return folder


class HostileBase(KnowledgeBase):
    """Answers whose every field carries the payloads, as a misled model or a forged text might."""

    def ask(self, question: str, **options: Any) -> Answer:
        """What search finds, worded with hostility."""
        options.pop("tell")(ALL)
        result = self.search(question, **options)
        passages = [h.passage for h in result.hits[:3]]
        citations = tuple(
            Citation(
                n, p.kind, p.title, p.address + ALL, "basis", p.text + ALL, "quote_differs", p.source + ALL, ALL, ALL,
                None, ALL, p.text_kind, p.id,
            )
            for n, p in enumerate(passages, 1)
        )  # fmt: skip
        answer = Answer(
            question, result.as_of, result.generation, f"{ALL}\n见[1][2]{ALL}", citations, result.hits, warnings=(ALL,)
        )
        return replace(answer, refused="拒" in question, refusal_reason=ALL)
