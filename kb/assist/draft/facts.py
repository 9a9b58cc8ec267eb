"""This year's facts out of a file: .txt (one a line), .yaml, .xlsx.

Does not know where in a draft a fact belongs. Every fault is one line that names the place and the cure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.assist.draft.records import PLACEHOLDER, Fact
from kb.base.quantity import find_quantities, parse_number
from kb.base.records import InputError, UnreadableFile
from kb.base.textnorm import normalise, squeeze
from kb.text.office import TableRow, read_table

MAX_BYTES = 2 * 2**20
"""A facts file is a page or two; two megabytes are a mistake."""
MAX_FACTS = 500
MAX_LENGTH = 400
"""Characters of one fact; the longest fact of the development tasks has 40."""
COLUMNS = ("section", "indicator", "value", "unit", "text")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,3}[.．、)）](?!\d)|[（(]\d{1,3}[）)])\s*")
_HEADING = re.compile(r"^(?:#{1,6}\s+|【(?!待填)|\[)(?P<name>[^】\]]{1,60}?)[】\]]?\s*$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_BLANK = re.compile(r"^(?:-|—|/|无|暂无|待定|N/?A)$", re.IGNORECASE)


def read_facts(path: Path | str) -> tuple[Fact, ...]:
    """The facts of a file, in order. Raises UnreadableFile or InputError, one line each; never an empty result."""
    path = Path(path)
    data = _bytes(path)
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        found = [_from_row(row, path.name) for row in read_table(data, path.name, COLUMNS)]
    elif suffix in (".yaml", ".yml"):
        found = list(_from_yaml(_text(data, path.name), path.name))
    elif suffix in (".txt", ".md"):
        found = list(_from_lines(_text(data, path.name), path.name))
    else:
        raise InputError(f"{path.name}：事实文件只认 .txt、.yaml、.xlsx；请换一种格式")
    return checked(found, path.name)


def parse_facts(text: str) -> tuple[Fact, ...]:
    """Facts typed into a form, one a line; raises as ``read_facts`` does."""
    if len(text) > MAX_BYTES // 3:
        raise InputError("事实太长；请只写要用的事实，一行一条")
    return checked(list(_from_lines(text, "事实")), "事实")


def checked(found: Iterable[Fact], name: str) -> tuple[Fact, ...]:
    """The facts, once none is too long and no two contradict; a repeated one counts once. Raises InputError."""
    seen: dict[tuple[str, str, str], Fact] = {}
    out: dict[tuple[str, str], Fact] = {}
    for fact in found:
        if len(fact.text) > MAX_LENGTH:
            raise InputError(f"{name} {fact.line}有 {len(fact.text)} 个字，超过 {MAX_LENGTH} 字；请拆成几条")
        if PLACEHOLDER.search(fact.text) or _CONTROL.search(fact.text):
            raise InputError(f"{name} {fact.line}含有控制字符或【待填】标记；请改成写好的事实")
        key = _about(fact)
        other = seen.setdefault(key, fact)
        if key[1] and squeeze(other.text) != squeeze(fact.text):
            raise InputError(
                f"{name}：“{fact.indicator or other.text}”有两个值（{other.line}、{fact.line}）；请核对后只留一个"
            )
        out.setdefault((fact.section, squeeze(fact.text)), fact)
    if not out:
        raise InputError(f"{name}：没有事实；请一行写一条，如 检查企业120家次")
    if len(out) > MAX_FACTS:
        raise InputError(f"{name}：有 {len(out)} 条事实，超过 {MAX_FACTS} 条；请只保留要用的")
    return tuple(out.values())


def _about(fact: Fact) -> tuple[str, str, str]:
    """Section, indicator and unit: what may have one value only; an empty indicator where none can be told."""
    if fact.indicator:
        return fact.section, squeeze(fact.indicator), squeeze(fact.unit)
    text = normalise(fact.text)
    numbers = find_quantities(text)
    bare = text
    for q in reversed(numbers):
        bare = bare[: q.start] + "#" + q.unit + bare[q.end :]
    return (fact.section, squeeze(bare), "") if numbers else (fact.section, "", "")


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UnreadableFile(
                f"{path.name}：{'不是普通文件' if path.exists() else '文件不存在'}；请检查 --facts 的路径"
            )
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableFile(f"{path.name}：{size / 2**20:.0f} MB，超过事实文件上限 2 MB；请只保留本年事实")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name}：打不开（{error.strerror or error}）；请检查权限") from error
    if not data.strip():
        raise UnreadableFile(f"{path.name}：文件是空的；请一行写一条事实")
    return data


def _text(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"{name}：不是文本文件；请另存为 UTF-8 编码的文本")


def _from_lines(text: str, name: str) -> Iterator[Fact]:
    """One fact a line; a line 【标题】 or # 标题 names the section of those below."""
    section = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        heading = _HEADING.match(line)
        if heading:
            section = heading["name"].strip()
            continue
        yield Fact(_clean(_BULLET.sub("", line), f"{name} 第{number}行"), section, line=f"第{number}行")


def _clean(text: str, where: str) -> str:
    """A fact without its closing mark. Raises InputError for a formula."""
    out = text.strip().rstrip("。；;，,、 ")
    if out.startswith(("=", "+", "@")):
        raise InputError(f"{where}以“{out[0]}”开头，像是公式；请改成文字")
    if not out:
        raise InputError(f"{where}没有内容；请删去或写上事实")
    return out


def _from_yaml(text: str, name: str) -> Iterator[Fact]:
    import yaml

    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f"第{mark.line + 1}行" if mark else ""
        raise InputError(f"{name}：{at} YAML 格式有误；请检查缩进和冒号") from error
    if isinstance(value, Mapping) and not _is_fact(value):
        for section, entries in value.items():
            if not isinstance(entries, list):
                raise InputError(f"{name}：“{section}”下应是一列事实；每条前写“- ”")
            yield from (_entry(e, str(section), f"{name} {section}第{n}条") for n, e in enumerate(entries, 1))
    elif isinstance(value, list):
        yield from (_entry(e, "", f"{name} 第{n}条") for n, e in enumerate(value, 1))
    else:
        raise InputError(f"{name}：应是一列事实，或 标题: 一列事实；每条前写“- ”")


def _is_fact(value: Mapping[Any, Any]) -> bool:
    return bool({"text", "indicator"} & {str(k) for k in value})


def _entry(entry: object, section: str, where: str) -> Fact:
    line = where.split(" ", 1)[-1]
    if isinstance(entry, str):
        return Fact(_clean(entry, where), section, line=line)
    if isinstance(entry, Mapping) and _is_fact(entry):
        known = {str(k): v for k, v in entry.items()}
        return _structured(known, section or str(known.get("section") or ""), where, line)
    raise InputError(f"{where}应是一句话，或含 indicator、value、unit、text 的一组；请改写")


def _from_row(row: TableRow, name: str) -> Fact:
    line = f"第{row.number}行"
    return _structured(row.cells, str(row.cells.get("section") or ""), f"{name} {line}", line)


def _structured(cells: Mapping[str, Any], section: str, where: str, line: str) -> Fact:
    """A fact of parts: ``text`` where given, else indicator, value and unit put together."""
    indicator, unit = (str(cells.get(k) or "").strip() for k in ("indicator", "unit"))
    value = _value(cells.get("value"), where)
    text = str(cells.get("text") or "").strip()
    if not text:
        if not indicator or not value:
            raise InputError(f"{where}缺少 {'indicator' if not indicator else 'value'}；请补上，或在 text 写整句")
        text = f"{indicator}{value}{unit}"
    elif value and not _stands(value, unit, text):
        raise InputError(f"{where}的 value（{value}{unit}）与 text 里的数不一致；请核对")
    return Fact(_clean(text, where), section.strip(), indicator, value, unit, line)


def _value(value: object, where: str) -> str:
    """A number as it is printed; empty when none is given. Raises InputError for text."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    if isinstance(value, bool):
        raise InputError(f"{where}的 value 是“{value}”，应是数字；请改成数字")
    if isinstance(value, int | float):
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    text = str(value).strip()
    number = parse_number(re.sub(r"[余多]$|%$", "", text.replace(",", "").replace("，", "")))
    if number is None or _BLANK.match(text):
        raise InputError(f"{where}的 value 是“{text[:20]}”，应是数字；请改成数字，单位写在 unit")
    return text


def _stands(value: str, unit: str, text: str) -> bool:
    """Whether the value stands in the text, however written."""
    number = parse_number(re.sub(r"[余多%]$", "", value.replace(",", "")))
    plain = squeeze(value + unit)
    return (
        plain in squeeze(text)
        or value in text
        or any(
            q.value == number or (number is not None and q.unit == "%" and q.value == number)
            for q in find_quantities(text, bare=True)
        )
    )
