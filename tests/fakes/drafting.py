"""Doubles for drafting: an encoder of hashed character pairs, and three invented reports."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.assist.draft import Report, from_text
from kb.report.parse import parse_report


class PairEncoder:
    """Texts as counts of hashed character pairs: the same words give the same direction."""

    def encode(self, texts: Sequence[str], kind: Any = "query") -> NDArray[np.float32]:
        out = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(out, texts, strict=True):
            for i in range(len(text) - 1):
                row[zlib.crc32(text[i : i + 2].encode()) % 512] += 1
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return out / np.where(norms == 0, 1, norms)


OWN = """样板市甲山区应急管理局关于2024年度法治政府建设情况的报告

样板市甲山区人民政府：

2024年，区应急管理局持续推进法治政府建设。现报告如下。

一、主要举措和成效

（一）规范涉企检查

严格落实检查计划，检查企业900家次，发现隐患2000项，整改率97.5%，切实提升检查质效。推行“扫码入企”，扫码率91.2%，比上年提高3个百分点。

（二）优化许可服务

通过压缩时限、简化材料，核发许可证120件，平均用时8个工作日，助力企业早开工。印发《甲山区许可办事指南》，张大民同志获评全市服务能手。

二、存在的不足

隐患整改率仍低于全市平均水平，分期整改的督促手段不够。

样板市甲山区应急管理局

2025年1月10日
"""
CITY = """样板市应急管理局关于2024年度法治政府建设情况的报告

市政府：

一、主要举措和成效

（一）优化涉企行政检查

全市检查企业15000家次，推进涉企检查减频增效。推行“扫码入企”，扫码率95.0%。

（二）强化行刑衔接

完善移送标准，移送涉嫌犯罪案件9起，形成执法合力。

样板市应急管理局

2025年1月20日
"""
PEER = """样板市乙水区应急管理局2024年法治政府建设情况报告

一、主要做法

（一）行刑衔接

与公安机关会商5次，移送涉嫌犯罪案件3起。

样板市乙水区应急管理局

2025年1月15日
"""


def reports() -> list[Report]:
    """An own report, the level above's, and a peer's."""
    texts = {"own.txt": OWN, "city.txt": CITY, "peer.txt": PEER}
    return [from_text(parse_report(text, name=name), name) for name, text in texts.items()]
