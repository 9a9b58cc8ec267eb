"""The catalogue: which instruments exist, under which names, and which text of each is in force on a day.

Does not know what the texts say, nor where they are stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from kb.base.records import Gap, GenerationError, Instrument, Rank, Version, VersionStatus
from kb.law.catalogue.facts import Facts
from kb.law.catalogue.merge import merge, ordered, start_of
from kb.law.catalogue.names import NOTHING, Entry, NameTable, Resolution, alias_entries, entries_of, plain
from kb.law.catalogue.typo import Sounds

_ROWS = ("instruments", "versions", "names", "entries", "sounds")


class Catalogue:
    """Instruments, names and versions. Opens from rows without reading more than a question needs.

    ``known`` are the keys editors wrote facts about, ``holes`` what they say is wanting: key → (missing
    altogether, what the text lacks, what is known to exist). ``today`` decides the status of versions;
    None: the day it is asked.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        versions: Iterable[Version],
        *,
        known: Iterable[str] = (),
        holes: Mapping[str, Sequence[Any]] | None = None,
        readings: Mapping[str, str] | None = None,
        today: date | None = None,
    ) -> None:
        by_key: dict[str, list[Version]] = {}
        for version in versions:
            by_key.setdefault(version.key, []).append(version)
        self._instruments = {i.key: list(_instrument_row(i)) for i in instruments}
        self._versions = {k: [_version_row(v) for v in ordered(vs)] for k, vs in by_key.items()}
        self._known = frozenset(known)
        self._holes = {k: list(v) for k, v in (holes or {}).items()}
        self._bodies: dict[str, str] = {}
        self._readings = readings
        self.today = today
        self._memo: dict[tuple[str, str], Resolution] = {}

    @classmethod
    def build(
        cls,
        entries: Iterable[tuple[Instrument, Version]],
        facts: Facts | None = None,
        *,
        readings: Mapping[str, str] | None = None,
        today: date | None = None,
    ) -> Catalogue:
        """Make a catalogue of what files hold (``describe_file``) and what editors know.

        ``readings``: those of an earlier catalogue; None: they are worked out where they are needed.
        """
        told = facts or Facts()
        instruments, versions = merge(entries, told)
        return cls(
            instruments.values(),
            (v for vs in versions.values() for v in vs),
            known=(f.instrument.key for f in told.facts),
            holes={
                f.instrument.key: (f.missing, f.lacks, f.known) for f in told.facts if f.missing or f.lacks or f.known
            },
            readings=readings,
            today=today,
        )

    # ---- instruments and versions -----------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._instruments)

    def keys(self) -> tuple[str, ...]:
        """Keys of all instruments."""
        return tuple(self._instruments)

    def get(self, key: str) -> Instrument | None:
        """Find the instrument with this key; None when there is none."""
        row = self._instruments.get(key)
        if row is None:
            return None
        title, rank, jurisdiction, issuer, aliases, decrees, replaced_by, note, above, matters = row[1:]
        names, more = (tuple(aliases), tuple(decrees)), (tuple(above), tuple(matters))
        return Instrument(key, title or key, Rank(rank), jurisdiction, issuer, *names, replaced_by, note, *more)

    def versions(self, key: str) -> tuple[Version, ...]:
        """All versions held and known, oldest first, one each; empty for an unknown key."""
        out: dict[str, Version] = {}
        for row in self._rows_of(key):
            version = self._version(row)
            out.setdefault(version.effective or version.version or version.source, version)
        return tuple(out.values())

    def dated(self, version: Version) -> Version:
        """The same version (by key, date and source) with effective, ended, status and flags as computed here."""
        fitting = [r for r in self._rows_of(version.key) if r[1] == version.version]
        row = next((r for r in fitting if r[4] == version.source), fitting[0] if fitting else None)
        return version if row is None else replace(self._version(row), source=version.source or row[4])

    def in_force(self, key: str, day: date) -> Version | None:
        """The version in force on ``day``, held or only known; None before the first, after repeal, or unknown key.

        A text without any date is taken to be in force until one with a date begins.
        """
        iso = day.isoformat()
        last = None
        for version in self.versions(key):
            if (start_of(version) or "") <= iso:
                last = version
        return None if last is None or (last.ended is not None and last.ended <= iso) else last

    def newer_known(self, version: Version, day: date | None = None) -> Version | None:
        """Find the newest version that begins after ``version`` (and by ``day``, where given); None: there is none."""
        mine = start_of(version) or ""
        later = [v for v in self.versions(version.key) if (start_of(v) or "") > mine and v.version != version.version]
        if day is not None:
            later = [v for v in later if (start_of(v) or "") <= day.isoformat()]
        return later[-1] if later else None

    def above(self, key: str, day: date) -> tuple[Version, ...]:
        """Texts in force on ``day`` of instruments to which ``key`` yields, held or only known; empty: none."""
        return tuple(v for k in self._higher.get(key, ()) if (v := self.in_force(k, day)) is not None)

    def absent(self, question: str, day: date) -> tuple[Version, ...]:
        """Texts in force on ``day`` that rule what a question speaks of and are only known, newest first."""
        ruling = [key for key, matters in self._matters.items() if any(m in question for m in matters)]
        found = [v for k in ruling if (v := self.in_force(k, day)) is not None and not self._held(k)]
        return tuple(sorted(found, key=lambda v: (v.effective or v.version or "", v.key), reverse=True))

    @cached_property
    def _matters(self) -> dict[str, tuple[str, ...]]:
        return {k: i.matters for k in sorted(self._known) if (i := self.get(k)) is not None and i.matters}

    @cached_property
    def _higher(self) -> dict[str, list[str]]:
        """Keys of the instruments above each one."""
        found: dict[str, list[str]] = {}
        for key in sorted(self._known):
            for lower in i.above if (i := self.get(key)) is not None else ():
                found.setdefault(lower, []).append(key)
        return found

    def _held(self, key: str) -> bool:
        return any(v.source for v in self.versions(key))

    def gaps(self) -> tuple[Gap, ...]:
        """Known holes: held in an older version than known, held in part, known to be missing.

        Instruments editors wrote about come first, then other texts that break off.
        """
        stale: list[Gap] = []
        partial: list[Gap] = []
        absent: list[Gap] = []
        rest: list[Gap] = []
        for key in sorted({*self._known, *self._versions}):
            versions = self.versions(key)
            held = [v for v in versions if v.source]
            missing, lacks, known = self._holes.get(key, (False, "", ""))
            if held and versions[-1] not in held:
                stale.append(Gap(key, held[-1].version or "日期不明", known or self._printed(versions[-1])))
            elif held and known:
                stale.append(Gap(key, held[-1].version or "日期不明", known))
            if held and (lacks or "end_missing" in held[-1].flags):
                known_first = partial if key in self._known else rest
                known_first.append(Gap(key, held[-1].version or "日期不明", f"全文（库中文本{lacks or '缺结尾各条'}）"))
            elif not held and missing and not self._replaced(key):
                told = self._printed(versions[-1]) if versions else self._number(key)
                absent.append(Gap(key, "", f"{told}；{known}" if known else told))
        return (*stale, *partial, *absent, *rest)

    def _replaced(self, key: str) -> bool:
        row = self._instruments.get(key)
        return bool(row and row[7])

    def _printed(self, version: Version) -> str:
        told = [self._number(version.key)] if not any(v.source for v in self.versions(version.key)) else []
        told += [f"{version.effective}起施行"] if version.effective else []
        told = [t for t in told if t != _KNOWN]
        return (version.version or "日期不明") + (f"（{'，'.join(told)}）" if told else "")

    def _number(self, key: str) -> str:
        instrument = self.get(key)
        return instrument.decrees[0] if instrument and instrument.decrees else _KNOWN

    def _rows_of(self, key: str) -> list[list[Any]]:
        return self._versions.get(key, [])

    def _version(self, row: list[Any]) -> Version:
        key, version, effective, ended, source, text_kind, articles, flags = row
        bare = Version(key, version, effective, ended, "unknown", source, text_kind, articles, tuple(flags))
        return replace(bare, status=self._status(bare))

    def _status(self, version: Version) -> VersionStatus:
        iso = (self.today or date.today()).isoformat()
        if version.ended is not None and version.ended <= iso:
            later = any((r[2] or r[1] or "") >= version.ended for r in self._rows_of(version.key))
            return "superseded" if later else "repealed"
        if version.effective is not None and version.effective > iso:
            return "not_yet"
        return "current" if version.effective or version.version else "unknown"

    # ---- names ------------------------------------------------------------------------------------

    def resolve(self, name: str, *, place: str = "", mend: bool = True) -> Resolution:
        """What ``name`` stands for: exact, alias, decree, short, then typo; ``none`` when nothing fits.

        Several keys: they fit equally, ask back. ``place`` (上海市) decides between local titles
        alike but for the place. ``mend`` False: typing errors are not looked for (much faster where nothing fits).
        """
        found = self._memo.get((name, place))
        if found is None and not mend:
            return self._plain(name, place)
        if found is None:
            found = self._memo[name, place] = self._resolve(name, place)
        return found

    def _resolve(self, name: str, place: str) -> Resolution:
        found = self._plain(name, place)
        return found if found.keys else self._typo(plain(name), place)

    def _plain(self, name: str, place: str) -> Resolution:
        """What ``name`` stands for as it is written."""
        query = plain(name)
        if len(query) < 2 or len(query) > 120:
            return NOTHING
        direct = self._whole(query)
        return direct if direct is not None else self._table.resolve(name, place)

    def _whole(self, query: str) -> Resolution | None:
        """A title as it is printed, looked up without the table of short forms."""
        if query in self._instruments:
            return Resolution((query,), "exact")
        keys = self._names["exact"].get(query)
        return Resolution(tuple(keys), "exact") if keys else None

    def _typo(self, query: str, place: str) -> Resolution:
        if not 3 <= len(query) <= 120 or not any("\u4e00" <= c <= "\u9fff" for c in query):
            return NOTHING
        for form in self._table.forms(query):
            mended = self._sounds.mended(form)
            found = self._table.resolve(mended, place) if mended != form else NOTHING
            law = self._sounds.as_law(form)
            if law is not None:
                found = self._table.lookup(law) or found
            keys = found.keys or self._sounds.find(mended, place, self._table.successors)
            if keys:
                return Resolution(keys, "typo")
        return NOTHING

    @cached_property
    def _names(self) -> dict[str, Any]:
        if "names" in self._bodies:
            loaded: dict[str, Any] = json.loads(self._bodies["names"])
            return loaded
        exact: dict[str, list[str]] = {}
        aliases: dict[str, list[str]] = {}
        decrees = []
        for key in self._instruments:
            instrument = self.get(key)
            if instrument is None:
                continue
            fact = key in self._known
            for name in {plain(key), plain(instrument.title)}:
                exact.setdefault(name, []).append(key)
            for name in {plain(a) for a in instrument.aliases}:
                aliases.setdefault(name, []).append(key)
            for decree in instrument.decrees:
                folded = plain(decree)
                decrees.append((folded, folded.partition("令")[0], key, fact))
        aliases = {a: keys for a, keys in aliases.items() if a not in exact}
        return {"exact": exact, "aliases": aliases, "decrees": decrees}

    @cached_property
    def _entries(self) -> list[Entry]:
        if "entries" in self._bodies:
            return [Entry(*row) for row in json.loads(self._bodies["entries"])]
        found = ((i, key in self._known) for key in self._instruments if (i := self.get(key)) is not None)
        cases = (Rank.CASE, Rank.OTHER)
        return [e for i, fact in found if fact or i.rank not in cases for e in entries_of(i, fact)]

    @cached_property
    def _table(self) -> NameTable:
        names = self._names
        successors = {k: row[7] for k, row in self._instruments.items() if row[7]}
        return NameTable(names["exact"], names["aliases"], map(tuple, names["decrees"]), self._entries, successors)

    @cached_property
    def _sounds(self) -> Sounds:
        if "sounds" in self._bodies:
            readings, coded, aliases = json.loads(self._bodies["sounds"])
            return Sounds(readings, coded, [*self._entries, *(Entry(*row) for row in aliases)])
        return Sounds.of([*self._entries, *self._aliases], self._readings)

    @property
    def readings(self) -> Mapping[str, str]:
        """How characters are read (``typo.readings``)."""
        return self._sounds.readings

    @property
    def _aliases(self) -> list[Entry]:
        return [e for key in sorted(self._known) if (i := self.get(key)) is not None for e in alias_entries(i)]

    # ---- rows -------------------------------------------------------------------------------------

    def to_rows(self) -> list[tuple[str, str]]:
        """Plain (what, JSON text) pairs, among them the prepared name tables; ``from_rows`` reads them lazily."""
        sounds = self._sounds
        body: dict[str, Any] = {
            "instruments": [list(self._instruments.values()), sorted(self._known), self._holes],
            "versions": [row for rows in self._versions.values() for row in rows],
            "names": self._names,
            "entries": self._entries,
            "sounds": [sounds.readings, sounds.coded, self._aliases],
        }
        return [(what, json.dumps(body[what], ensure_ascii=False, separators=(",", ":"))) for what in _ROWS]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str]], *, today: date | None = None) -> Catalogue:
        """Open a catalogue from ``to_rows``. Raises GenerationError when a part is missing or broken."""
        bodies = dict(rows)
        try:
            instruments, known, holes = json.loads(bodies["instruments"])
            versions = json.loads(bodies["versions"])
        except (KeyError, ValueError) as error:
            raise GenerationError("索引中的目录不完整，请运行 kb build 重建") from error
        made = cls((), (), known=known, holes=holes, today=today)
        made._instruments = {row[0]: row for row in instruments}
        for row in versions:
            made._versions.setdefault(row[0], []).append(row)
        made._bodies = bodies
        return made


_KNOWN = "已知存在"


def _instrument_row(i: Instrument) -> tuple[Any, ...]:
    title = "" if i.title == i.key else i.title
    return (
        i.key,
        title,
        str(i.rank),
        i.jurisdiction,
        i.issuer,
        list(i.aliases),
        list(i.decrees),
        i.replaced_by,
        i.note,
        list(i.above),
        list(i.matters),
    )


def _version_row(v: Version) -> list[Any]:
    return [v.key, v.version, v.effective, v.ended, v.source, v.text_kind, v.articles, list(v.flags)]
