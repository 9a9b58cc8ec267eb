"""What a question asks for: a sanction, a duty, a procedure. Does not know candidates."""

from __future__ import annotations

import re

# A question that asks what happens to somebody who did wrong.
_PENALTY = re.compile(
    r"罚|处理|后果|责任|判刑|坐牢|刑事|吊销|关停|停产|没收|违反|违法|追究|拘留|赔|犯法|怎么办|处分|处置|幅度|多少钱"
)
_DUTY = re.compile(r"应当|应该|必须|要不要|能不能|可不可以|是否|可以吗|行不行|需要|要求|规定|义务|标准|合规|合法|允许")
_HOW = re.compile(r"怎么|如何|程序|流程|期限|多久|几天|多长时间|步骤|手续|材料|申请|向谁|哪个部门|谁来|谁负责|谁管")


def asks_penalty(question: str) -> bool:
    """Whether a question asks for a sanction."""
    return _PENALTY.search(question) is not None


def asks_duty(question: str) -> bool:
    """Whether a question asks what must, may or may not be done."""
    return _DUTY.search(question) is not None


def asks_how(question: str) -> bool:
    """Whether a question asks for a procedure: how, by when, to whom."""
    return _HOW.search(question) is not None
