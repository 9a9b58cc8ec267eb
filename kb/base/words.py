"""What a reader sees for the codes of the records: roles, statuses, kinds of text.

Does not know any door: the command line, the page and the exports print the same words.
"""

from __future__ import annotations

from kb.base.records import CitationStatus, Role, VersionStatus

ROLE: dict[Role, str] = {
    "violation": "违则",
    "penalty": "罚则",
    "basis": "依据",
    "report": "报告",
    "procedure": "程序",
    "waiver": "不予/减轻处罚",
    "conflict": "规定不一致",
}
CITATION_STATUS: dict[CitationStatus, str] = {
    "verified": "已核验",
    "digest": "要点（非条文原文）",
    "quote_differs": "核验不通过：引文与原文不一致",
    "not_found": "核验不通过：查无此条",
    "unsupported": "核验不通过：原文不支持",
    "superseded": "已被新文本取代",
    "not_held": "未核实：库中没有原文",
    "named_only": "只提到名称，没有条号",
}
VERSION_STATUS: dict[VersionStatus, str] = {
    "current": "现行有效",
    "superseded": "已被新文本取代",
    "repealed": "已废止",
    "not_yet": "尚未施行",
    "unknown": "效力日期不明",
}
FAILED: frozenset[CitationStatus] = frozenset({"quote_differs", "not_found", "unsupported"})
"""Statuses of a citation that did not stand the check."""
