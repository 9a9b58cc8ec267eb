"""Invented laws and reports for tests: nothing here is or resembles an official text."""

from __future__ import annotations

from pathlib import Path

WORKSHOP = """# 示例车间安全条例

2010年3月1日示例市人民代表大会常务委员会第三次会议通过

2020年5月6日示例市人民代表大会常务委员会第九次会议修订

<!-- INFO END -->

## 第一章 总则

第一条 为了示例，制定本条例。

## 第二章 车间管理

第二条 车间负责人应当每周检查一次吊钩，并把检查结果记入台账。

台账应当保存二年。

第三条 车间应当做到：

（一）通道宽度不少于二米；

（二）紫色油漆桶加盖存放。

第三条之一 紫色油漆桶不得靠近热源。

## 第三章 法律责任

第四条 违反本条例第二条规定，未检查吊钩的，责令限期改正，处三千元以上五千元以下的罚款；\
逾期未改正的，责令停产停业整顿，并处一万元以上二万元以下的罚款。

第五条 违反本条例第三条规定，有下列行为之一的，处五百元以上一千元以下的罚款：

（一）通道宽度不足的；

（二）紫色油漆桶敞口存放的。

第六条 本条例自2020年7月1日起施行。
"""

WORKSHOP_OLD = """# 示例车间安全条例

2010年3月1日示例市人民代表大会常务委员会第三次会议通过

<!-- INFO END -->

第一条 为了示例，制定本条例。

第二条 车间负责人应当每月检查一次吊钩。

第三条 违反本条例第二条规定的，处三百元以上五百元以下的罚款。

第四条 本条例自2010年5月1日起施行。
"""

KITCHEN = """# 示例厨房安全条例

2015年1月1日示例市人民代表大会常务委员会第一次会议通过

<!-- INFO END -->

第一条 厨房应当安装绿色排风扇，并按照《示例车间安全条例》第二条检查吊钩。

第二条 违反前条规定，未安装绿色排风扇的，处二百元以上四百元以下的罚款。

第三条 本条例自2015年2月1日起施行。
"""

REPORT = """示例镇应急管理办公室
2023年工作情况报告

一、主要举措和成效

（一）开展风车检查

全年检查风车作坊37家次，发现隐患52处，整改率98%。

（二）组织培训

举办风车安全培训6期，培训210人次。

二、下一年安排

继续做好风车检查。

示例镇应急管理办公室
2024年1月10日
"""


def write_corpus(folder: Path) -> Path:
    """A corpus of three laws (one in two versions) and a report; returns ``folder``."""
    laws, reports = folder / "laws", folder / "reports"
    laws.mkdir(parents=True)
    reports.mkdir()
    (laws / "示例车间安全条例(2020-05-06).md").write_text(WORKSHOP, "utf-8")
    (laws / "示例车间安全条例(2010-03-01).md").write_text(WORKSHOP_OLD, "utf-8")
    (laws / "示例厨房安全条例(2015-01-01).md").write_text(KITCHEN, "utf-8")
    (reports / "示例镇2023.txt").write_text(REPORT, "utf-8")
    return folder
