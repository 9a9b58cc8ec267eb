"""Put head and body of a legal text together: title, history, version, nodes.

Does not know files, nor which instruments exist.
"""

from __future__ import annotations

import re

from kb.law.parse.header import DATE, decrees, effective_date, events, front_matter, version_of
from kb.law.parse.lines import COMMENCES, Line, kind_of, lines_of
from kb.law.parse.model import LawText, Node
from kb.law.parse.titles import name_date, name_title, short_title
from kb.law.parse.tree import body_nodes, node

_END = "<!-- INFO END -->"
_OPENS_BODY = re.compile(r"第[一1]\s*[条编章节]|目\s*[录次]$|[一]、|序\s*言$|总\s*则$|为了?")
_CODE = re.compile(r"法典$")
_META = re.compile(r"通过|公布|发布|修正|修订|批准|施行|令第?\d+号|令第.{1,8}号|^[（(]\s*(?:19|20)\d\d|号$|^（$")


def parse_law(text: str, *, name: str) -> LawText:
    """Parse a legal text. ``name`` is the file stem, ``安全生产法(2021-06-10)``; its date is the version.

    Never raises on bad text: what is not recognised becomes blocks of prose.
    """
    meta, begin = front_matter(text)
    lines = lines_of(text, begin)
    front = (Node("front", text[:begin].strip(), 0, begin),) if begin else ()
    cut = _head_length(lines, name)
    head, body = lines[:cut], lines[cut:]
    titles = _titles(head, name)
    title = meta.get("title") or _joined_title(titles) or name_title(name)
    division = titles[1].text if len(titles) == 2 and titles[1].level == 1 and _CODE.search(titles[0].text) else ""
    if division:
        title = titles[0].text
    kind = kind_of(short_title(title), text)
    if kind == "case":
        title = name_title(name) or title
    key = short_title(meta.get("short") or title)
    head_nodes = [node("title" if ln in titles else "mark" if ln.text == _END else "meta", ln) for ln in head]
    opening, body = _repeated_title(body, title)
    prefix = (division,) if division else ()
    nodes = (*front, *head_nodes, *opening, *body_nodes(kind, body, prefix))
    return _dated(LawText(title, key, kind, nodes, meta, division=division), head, titles, name)


def _dated(law: LawText, head: list[Line], titles: list[Line], name: str) -> LawText:
    """Add its history, version, effective date and flags."""
    told = "".join(line.text for line in head if line not in titles and line.text != _END)
    history = events(told)
    version, undated = version_of(law.meta.get("version") or name_date(name), history)
    flags = [undated] if undated else []
    articles = law.articles
    tail = "".join(f"{n.text}\n" for n in articles[-2:])
    effective, stated, flag = effective_date(version, history, tail)
    if law.meta.get("effective"):
        effective, flag = law.meta["effective"], ""
    if flag:
        flags.append(flag)
    if all(n.kind in ("front", "mark") or not n.text for n in law.nodes):
        flags.append("empty")
    if _breaks_off(law, history[0].date if history else version):
        flags.append("end_missing")
    numbers = dict.fromkeys((*decrees(told), *_listed(law.meta.get("decrees", ""))))
    return LawText(
        law.title, law.key, law.kind, law.nodes, law.meta, history, tuple(numbers), version, effective,
        stated, law.division, tuple(flags),
    )  # fmt: skip


def _breaks_off(law: LawText, enacted: str | None) -> bool:
    """Whether a law in chapters stops before its closing provisions: the file lacks its end.

    Laws made before 1995 often say nothing of their entry into force, so they are never judged so.
    """
    articles = law.articles
    if law.kind != "law" or law.division or law.text_kind == "digest" or len(articles) < 10 or (enacted or "") < "1995":
        return False
    headings = [n.text for n in law.nodes if n.kind == "heading"]
    if not headings or any(re.search(r"附\s*则|附\s*[件录表]", h) for h in headings[-2:]):
        return False
    return not any(COMMENCES.search(n.text) or "废止" in n.text for n in articles[-4:])


def _listed(value: str) -> list[str]:
    return [v.strip().strip("\"'") for v in re.split(r"[,，、]", value.strip("[]")) if v.strip()]


def _head_length(lines: list[Line], name: str) -> int:
    """How many lines belong to the head: to the marker where there is one, else title and history lines."""
    for i, line in enumerate(lines):
        if line.text == _END:
            return i + 1
    count = 0
    wanted = short_title(name_title(name))
    while count < len(lines) and lines[count].level == 1:
        count += 1
    if count == 0 and lines:
        count = _plain_title_length(lines, wanted)
    while count < len(lines) and lines[count].level == 0 and _is_meta(lines[count].text):
        count += 1
    return count


def _plain_title_length(lines: list[Line], wanted: str) -> int:
    """Lines of a title printed without ``#``: as many as spell the file's name, else one when it is short."""
    joined = ""
    for i, line in enumerate(lines[:4]):
        joined += line.text
        if short_title(joined) == wanted:
            return i + 1
    first = lines[0].text if lines else ""
    if not first:
        return 0
    if first == "中华人民共和国" and len(lines) > 1:
        return 2
    return 1 if len(first) <= 60 and first[-1] not in "。；：，" and not _OPENS_BODY.match(first) else 0


def _is_meta(text: str) -> bool:
    if _OPENS_BODY.match(text):
        return False
    dated = DATE.search(text) is not None
    return (dated and _META.search(text) is not None and len(text) < 400) or bool(
        len(text) <= 40 and re.search(r"令\s*第?.{1,8}号[）)]?$|号[）)]?$", text)
    )


def _titles(head: list[Line], name: str) -> list[Line]:
    titles = [line for line in head if line.level == 1 and line.text]
    if titles or not head:
        return titles
    return head[: _plain_title_length(head, short_title(name_title(name)))]


def _joined_title(titles: list[Line]) -> str:
    return "".join(line.text for line in titles)


def _repeated_title(body: list[Line], title: str) -> tuple[list[Node], list[Line]]:
    """Lines at the top of the body that print the title again, and a table of contents, as nodes of the head."""
    wanted = re.sub(r"[\s、]|中华人民共和国", "", title)
    joined, count = "", 0
    for i, line in enumerate(body[:5]):
        if line.level:
            break
        joined += re.sub(r"[\s、]|中华人民共和国", "", line.text)
        if not wanted.startswith(joined):
            break
        if joined == wanted:
            count = i + 1
            break
    while 0 < count < len(body) and not body[count].level and _is_meta(body[count].text):
        count += 1
    nodes = [node("title", line) for line in body[:count]]
    contents = _contents_length(body[count:])
    nodes += [node("contents", line) for line in body[count : count + contents]]
    return nodes, body[count + contents :]


def _contents_length(body: list[Line]) -> int:
    """Lines of a table of contents at the top: 目录, then headings up to where the first is printed again."""
    if not body or not re.fullmatch(r"目\s*[录次]", body[0].text):
        return 0
    first = re.sub(r"\s", "", body[1].text) if len(body) > 1 else ""
    for i, line in enumerate(body[2:], 2):
        if re.sub(r"\s", "", line.text) == first:
            return i
        if re.match(r"第[一1]条", line.text) or len(line.text) > 60:
            break
    return 1
