"""Names people use, resolved against the editors' facts (corpus/catalogue.toml) alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.law.catalogue import Catalogue, load_facts, plain
from kb.law.catalogue.names import plain_words

CHEM = "危险化学品安全管理条例"
REPORTING = "生产安全事故报告和调查处理条例"
CRIME = "最高人民法院、最高人民检察院关于办理危害生产安全刑事案件适用法律若干问题的解释"
FIRE_UNITS = "机关、团体、企业、事业单位消防安全管理规定"
SAME_TIME = "建设项目安全设施“三同时”监督管理办法"

# name → (how, keys)
NAMES: list[tuple[str, str, tuple[str, ...]]] = [
    # whole titles, however they are written
    ("安全生产法", "exact", ("安全生产法",)),
    ("中华人民共和国安全生产法", "exact", ("安全生产法",)),
    ("《中华人民共和国安全生产法》", "exact", ("安全生产法",)),
    ("安全生产法（2021修正）", "exact", ("安全生产法",)),
    ("安全生产法(2021-06-10)", "exact", ("安全生产法",)),
    ("2021年安全生产法", "exact", ("安全生产法",)),
    ("安全 生产法", "exact", ("安全生产法",)),
    ("新安全生产法", "exact", ("安全生产法",)),
    ("旧突发事件应对法", "exact", ("突发事件应对法",)),
    ("刑法", "exact", ("刑法",)),
    ("民法典", "exact", ("民法典",)),
    ("合同法", "exact", ("合同法",)),
    ("继承法", "exact", ("继承法",)),
    ("上海市实施《突发事件应对法》办法", "exact", ("上海市实施《突发事件应对法》办法",)),
    ("上海市实施《中华人民共和国突发事件应对法》办法", "exact", ("上海市实施《突发事件应对法》办法",)),
    ("危险化学品安全法", "exact", ("危险化学品安全法",)),
    # what people say
    ("安法", "alias", ("安全生产法",)),
    ("新安法", "alias", ("安全生产法",)),
    ("危化条例", "alias", (CHEM,)),
    ("燃气条例", "alias", ("城镇燃气管理条例",)),
    ("特设法", "alias", ("特种设备安全法",)),
    ("特设条例", "alias", ("特种设备安全监察条例",)),
    ("民爆条例", "alias", ("民用爆炸物品安全管理条例",)),
    ("安许条例", "alias", ("安全生产许可证条例",)),
    ("道交法", "alias", ("道路交通安全法",)),
    ("固废法", "alias", ("固体废物污染环境防治法",)),
    ("新噪声法", "alias", ("噪声污染防治法",)),
    ("三同时办法", "alias", (SAME_TIME,)),
    ("危大工程规定", "alias", ("危险性较大的分部分项工程安全管理规定",)),
    ("预案管理办法", "alias", ("生产安全事故应急预案管理办法",)),
    ("危害生产安全司法解释（二）", "alias", (f"{CRIME}（二）",)),
    ("GB30871", "alias", ("危险化学品企业特殊作业安全规范",)),
    ("GB 30871-2022", "alias", ("危险化学品企业特殊作业安全规范",)),
    ("上海燃气条例", "alias", ("上海市燃气管理条例",)),
    # dropping characters in order
    ("危险化学品条例", "short", (CHEM,)),
    ("特种设备法", "short", ("特种设备安全法",)),
    ("突发事件法", "short", ("突发事件应对法",)),
    ("道路交通法", "short", ("道路交通安全法",)),
    ("烟花条例", "short", ("烟花爆竹安全管理条例",)),
    ("城镇燃气条例", "short", ("城镇燃气管理条例",)),
    ("许可证条例", "short", ("安全生产许可证条例",)),
    ("放射性条例", "short", ("放射性同位素与射线装置安全和防护条例",)),
    ("特大安全事故规定", "short", ("国务院关于特大安全事故行政责任追究的规定",)),
    ("工贸重大事故隐患判定标准", "short", ("工贸企业重大事故隐患判定标准",)),
    ("消防条例", "short", ("上海市消防条例",)),
    ("安全生产条例", "short", ("上海市安全生产条例",)),
    ("上海突发事件应对法实施办法", "short", ("上海市实施《突发事件应对法》办法",)),
    # several fit: ask back
    ("处罚法", "short", ("治安管理处罚法", "行政处罚法")),
    ("消法", "alias", ("消费者权益保护法", "消防法")),
    ("交通安全法", "short", ("海上交通安全法", "道路交通安全法")),
    ("隐患判定标准", "short", ("工贸企业重大事故隐患判定标准", "煤矿重大事故隐患判定标准")),
    ("事故条例", "short", ("生产安全事故应急条例", REPORTING, "电力安全事故应急处置和调查处理条例")),
    ("化学品条例", "short", (CHEM, "易制毒化学品管理条例", "监控化学品管理条例")),
    # decree numbers
    ("591号令", "decree", (CHEM,)),
    ("国务院令第591号", "decree", (CHEM,)),
    ("国务院令591号", "decree", (CHEM,)),
    ("国务院591号令", "decree", (CHEM,)),
    ("中华人民共和国国务院令第645号", "decree", (CHEM,)),
    ("国务院令第五百九十一号", "decree", (CHEM,)),
    ("393号令", "decree", ("建设工程安全生产管理条例",)),
    ("第493号令", "decree", (REPORTING,)),
    ("应急管理部令第10号", "decree", ("工贸企业重大事故隐患判定标准",)),
    ("应急部10号令", "decree", ("工贸企业重大事故隐患判定标准",)),
    ("安监总局令第15号", "decree", ("安全生产违法行为行政处罚办法",)),
    ("公安部61号令", "decree", (FIRE_UNITS,)),
    ("法释\u30142022\u301519号", "decree", (f"{CRIME}（二）",)),
    ("法释[2015]22号", "decree", (CRIME,)),
    # mistyped by sound
    ("安全生产发", "typo", ("安全生产法",)),
    ("特种设备安全发", "typo", ("特种设备安全法",)),
    ("行政处伐法", "typo", ("行政处罚法",)),
    ("处伐法", "typo", ("治安管理处罚法", "行政处罚法")),
    ("危化条列", "typo", (CHEM,)),
    ("工伤保险条列", "typo", ("工伤保险条例",)),
    ("燃汽条例", "typo", ("城镇燃气管理条例",)),
    ("突发世件应对法", "typo", ("突发事件应对法",)),
    ("消防法条列", "typo", ("上海市消防条例",)),
    ("食品安全发", "typo", ("食品安全法",)),
    # names no instrument
    *((word, "none", ()) for word in (
        "本法", "本条例", "办法", "条例", "规定", "法", "安全", "安全生产", "消防", "安全法", "管理条例",
        "安全管理条例", "办法第三条", "立法", "依法", "执法", "违法", "新法", "旧法", "上位法", "公法", "国家标准",
        "司法解释", "有关规定", "行政处罚决定", "操作规程", "劳动合同", "突发事件应急法", "国防安全法", "公共安全法",
        "人工智能法", "999号令", "30871", "行政处罚", "突发", "道法", "治法", "强执法", "已无法", "这个办法",
        "据食品安全法", "食品安全的法", "安全生产执法", "保障法", "防治法", "若干问题的解释", "处罚规定", "问题的解释",
        "", "。", "a", "安" * 200,
    )),
]  # fmt: skip


@pytest.fixture(scope="module")
def catalogue(root: Path) -> Catalogue:
    return Catalogue.build([], load_facts(root / "corpus" / "catalogue.toml"))


@pytest.fixture(scope="module")
def reopened(catalogue: Catalogue) -> Catalogue:
    return Catalogue.from_rows(catalogue.to_rows())


@pytest.mark.parametrize(("name", "how", "keys"), NAMES, ids=[n[0][:20] or "empty" for n in NAMES])
def test_resolve(catalogue: Catalogue, name: str, how: str, keys: tuple[str, ...]) -> None:
    found = catalogue.resolve(name)
    assert (found.how, set(found.keys), len(found.keys)) == (how, set(keys), len(keys))


@pytest.mark.parametrize(("name", "how", "keys"), NAMES, ids=[n[0][:20] or "empty" for n in NAMES])
def test_rows_resolve_alike(reopened: Catalogue, name: str, how: str, keys: tuple[str, ...]) -> None:
    """The lazily opened catalogue answers as the built one does."""
    found = reopened.resolve(name)
    assert (found.how, set(found.keys)) == (how, set(keys))


@pytest.mark.parametrize("word", sorted(plain_words()))
def test_plain_words_name_nothing(catalogue: Catalogue, word: str) -> None:
    assert catalogue.resolve(word).keys == ()


def test_one_key_or_none(catalogue: Catalogue) -> None:
    assert catalogue.resolve("危化条例").key == CHEM
    assert catalogue.resolve("处罚法").key is None
    assert catalogue.resolve("本法").key is None


def test_every_title_alias_and_decree_of_the_facts_resolves_to_its_own(catalogue: Catalogue) -> None:
    wrong = []
    keys = catalogue.keys()
    for key in keys:
        instrument = catalogue.get(key)
        assert instrument is not None
        for name in (key, instrument.title, *instrument.aliases, *instrument.decrees):
            if key not in catalogue.resolve(name).keys:
                wrong.append((key, name))
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("《中华人民共和国 安全生产法》", "安全生产法"),
        ("\uff27\uff22　30871", "gb30871"),
        ("法释\u30142021\u30153号", "法释(2021)3号"),
    ],
)
def test_plain(name: str, folded: str) -> None:
    assert plain(name) == folded
