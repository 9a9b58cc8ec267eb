"""A small invented world of laws: a names table and a lookup, mirroring ``law.catalogue`` and the index.

The titles are those people cite; the texts are invented (真实条文不在此处).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from kb.base.address import ArticleNo
from kb.base.records import Instrument, Passage, Rank, Version


@dataclass(frozen=True)
class FakeMatch:
    """What the table says of a name."""

    keys: tuple[str, ...] = ()
    how: str = "none"


TITLES = (
    "安全生产法",
    "刑法",
    "行政处罚法",
    "消防法",
    "食品安全法",
    "劳动法",
    "劳动合同法",
    "特种设备安全法",
    "突发事件应对法",
    "治安管理处罚法",
    "行政诉讼法",
    "民法典",
    "职业病防治法",
    "宪法",
    "危险化学品安全管理条例",
    "生产安全事故报告和调查处理条例",
    "安全生产许可证条例",
    "烟花爆竹安全管理条例",
    "特种设备安全监察条例",
    "劳动保障监察条例",
    "最低工资规定",
    "上海市消防条例",
    "上海市安全生产条例",
    "北京市安全生产条例",
    "安全生产违法行为行政处罚办法",
    "工伤保险条例",
    "刑法修正案（十一）",
    "建设工程安全生产管理条例",
    "大型群众性活动安全管理条例",
    "危险化学品安全法",
    "城镇燃气管理条例",
    "最高人民法院关于审理劳动争议案件适用法律问题的解释（一）",
    "中华人民共和国刑法解释",
)
ALIASES = {
    "安法": "安全生产法",
    "安生法": "安全生产法",
    "新安法": "安全生产法",
    "危化条例": "危险化学品安全管理条例",
    "特设法": "特种设备安全法",
    "行处法": "行政处罚法",
    "治安处罚法": "治安管理处罚法",
    "燃气条例": "城镇燃气管理条例",
}
DECREES = {"591": "危险化学品安全管理条例", "493": "生产安全事故报告和调查处理条例", "393": "建设工程安全生产管理条例"}
TYPOS = {"安全生产发": "安全生产法", "治安管理处伐法": "治安管理处罚法", "安全生产许可证条列": "安全生产许可证条例"}


class FakeNames:
    """Resolves the titles above; counts its calls. Half- and full-width brackets are the same to it."""

    def __init__(self) -> None:
        self.calls = 0

    def resolve(self, name: str) -> FakeMatch:
        """Full title, other name, decree number, typing error, in this order; 安全生产条例 alone is ambiguous."""
        self.calls += 1
        plain = name.replace("(", "（").replace(")", "）")
        for title in (plain, plain.removeprefix("中华人民共和国")):
            if title in TITLES:
                return FakeMatch((title,), "exact")
        if plain in ALIASES:
            return FakeMatch((ALIASES[plain],), "alias")
        if (m := re.fullmatch(r"(?:国务院)?(?:第?(\d+)号令|令第?(\d+)号)", plain)) and (m[1] or m[2]) in DECREES:
            return FakeMatch((DECREES[m[1] or m[2]],), "decree")
        if plain == "安全生产条例":
            return FakeMatch(("上海市安全生产条例", "北京市安全生产条例"), "short")
        if plain == "上海消防条例":
            return FakeMatch(("上海市消防条例",), "short")
        if plain in TYPOS:
            return FakeMatch((TYPOS[plain],), "typo")
        return FakeMatch()


def article_text(number: int) -> str:
    """Invented text: two 款, the second with three 项; the numbers make each article's words its own."""
    return (
        f"示例单位应当每年检查第{number}号设备，检查记录保存{number}个月。\n"
        f"有下列情形之一的，处{number}万元以上{number * 2}万元以下的罚款：\n"
        f"（一）未检查第{number}号设备的；\n（二）检查记录保存不足{number}个月的；\n（三）伪造“检查记录”的。"
    )


@dataclass
class FakeLookup:
    """Held texts: (key, version) → article → text; and what is known of versions."""

    known: dict[str, tuple[Version, ...]] = field(default_factory=dict)
    texts: dict[tuple[str, str | None], dict[ArticleNo, str]] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)

    def add(self, version: Version, texts: dict[ArticleNo, str] | None = None) -> None:
        """Add a version, held when it has texts."""
        self.known[version.key] = (*self.known.get(version.key, ()), version)
        if texts is not None:
            self.texts[version.key, version.version] = texts

    def in_force(self, key: str, day: date) -> Version | None:
        """The last version that began by ``day`` and did not end; an undated one began long ago."""
        begun = [v for v in self.versions(key) if (v.effective or v.version or "") <= day.isoformat()]
        return None if not begun or (begun[-1].ended or "9999") <= day.isoformat() else begun[-1]

    def versions(self, key: str) -> tuple[Version, ...]:
        """All versions in the order they were added."""
        return self.known.get(key, ())

    def article(self, key: str, article: ArticleNo, version: str | None) -> Passage | None:
        """The passage of a held article."""
        text = self.texts.get((key, version), {}).get(article)
        if text is None:
            return None
        kind = next(v.text_kind for v in self.known[key] if v.version == version)
        return Passage("law", key, text, f"{key}.md", version, article, text_kind=kind)

    def last_article(self, key: str, version: str | None) -> ArticleNo | None:
        """The highest article held."""
        return max(self.texts.get((key, version), {}), default=None)

    def instrument(self, key: str) -> Instrument | None:
        """What was registered for the key."""
        return self.instruments.get(key)


def _texts(count: int, *extra: ArticleNo) -> dict[ArticleNo, str]:
    return {no: article_text(no.number) for no in [*map(ArticleNo, range(1, count + 1)), *extra]}


def sample_lookup() -> FakeLookup:
    """A world with every case: two versions, a digest, a known but missing text, a repealed and a future law."""
    lookup = FakeLookup()
    old = _texts(97)
    old[ArticleNo(36)] = "示例单位应当每季检查设备。"
    lookup.add(Version("安全生产法", "2014-08-31", "2014-12-01", "2021-09-01", "superseded", "安全生产法旧.md"), old)
    lookup.add(
        Version("安全生产法", "2021-06-10", "2021-09-01", None, "current", "安全生产法.md", articles=119), _texts(119)
    )
    lookup.add(Version("刑法", "2020-12-26", "2021-03-01", None, "current", "刑法.md"), _texts(452, ArticleNo(134, 1)))
    lookup.add(
        Version("消防法", "2021-04-29", "2021-04-29", None, "current", "消防法.md", "digest", 74),
        {ArticleNo(n): article_text(n) for n in (16, 28, 60)},
    )
    lookup.add(
        Version("上海市安全生产条例", "2018-05-24", "2018-07-01", "2021-12-01", "superseded", "沪安.md"), _texts(70)
    )
    lookup.add(Version("上海市安全生产条例", "2021-10-28", "2021-12-01", None, "current"))
    lookup.add(Version("危险化学品安全法", "2025-12-27", "2026-05-01", None, "not_yet"))
    lookup.add(Version("劳动法", "2018-12-29", "2018-12-29", "2024-01-01", "repealed", "劳动法.md"), _texts(107))
    lookup.instruments["劳动法"] = Instrument("劳动法", "劳动法", Rank.LAW, replaced_by="劳动合同法")
    lookup.add(Version("城镇燃气管理条例", "2025-04-01", "2026-01-01", None, "not_yet", "燃气.md"), _texts(60))
    lookup.add(Version("工伤保险条例", None, None, None, "unknown", "工伤.md"), _texts(67))
    return lookup
