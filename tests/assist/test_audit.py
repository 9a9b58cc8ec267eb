"""What is recorded, what is left out, what goes with time, and what can be asked again."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb.assist.audit import AuditLog, differences
from kb.base.address import ArticleNo
from kb.base.records import Answer, AuditError, Citation, Hit, InputError, Passage

QUESTION = "溶剂桶没有标签怎么处理"
ARGUMENTS = {"question": QUESTION, "history": ["此前一问"], "as_of": "2025-03-01", "scope": "law", "k": 20}
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def an_answer(text: str = "依照第九条罚款[1]。", question: str = QUESTION, **changes: Any) -> Answer:
    passage = Passage("law", "示例安全条例", "处二万元罚款。", "laws/示例.md", "2021-06-10", ArticleNo(9), id=7)
    verified = Citation(
        1, "law", "示例安全条例", "《示例安全条例》第九条", "penalty", "处二万元罚款。", "verified", "laws/示例.md"
    )
    differs = Citation(2, "law", "示例安全条例", "《示例安全条例》第三条", "violation", "应标", "quote_differs", "x.md")
    fields: dict[str, Any] = {
        "citations": (verified, differs, verified),
        "hits": (Hit(1, passage, 0.9, ("lexical",)),),
        **changes,
    }
    return Answer(question, date(2025, 3, 1), "g1", text, **fields)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with AuditLog(tmp_path / "记录" / "log.sqlite") as opened:
        yield opened


def test_a_record_holds_the_question_and_its_answer(log: AuditLog) -> None:
    made = log.record(
        an_answer(), arguments=ARGUMENTS, scope="law", user="张三", door="web", model="m", raw="原文[S7F2]", now=NOON
    )
    record = log.get(made)
    assert record.to_json() == {
        "id": made,
        "time": "2025-03-01T12:00:00.000000Z",
        "user": "张三",
        "door": "web",
        "question": QUESTION,
        "scope": "law",
        "as_of": "2025-03-01",
        "generation": "g1",
        "model": "m",
        "refused": False,
        "statuses": {"quote_differs": 1, "verified": 2},
        "arguments": ARGUMENTS,
        "answer": an_answer().to_json(),
        "raw": "原文[S7F2]",
        "feedback": [],
    }
    assert record.hits == [an_answer().hits[0].to_json()]


def test_nothing_is_made_before_the_first_record(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "new" / "log.sqlite")
    assert list(log.records()) == []
    assert log.check() == ()
    with pytest.raises(InputError):
        log.get("x")
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_read_the_file(log: AuditLog, tmp_path: Path) -> None:
    log.record(an_answer(), arguments={})
    for path in (tmp_path / "记录").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_feedback_is_added_not_changed(log: AuditLog) -> None:
    made = log.record(an_answer(), arguments={})
    log.feedback(made, "wrong", "金额不对", user="李四", now=NOON)
    log.feedback(made, "useful", now=NOON)
    notes = [(f.verdict, f.comment, f.user) for f in log.get(made).feedback]
    assert notes == [("wrong", "金额不对", "李四"), ("useful", "", "")]


@pytest.mark.parametrize(("record", "verdict"), [("unknown", "useful"), (None, "fine")])
def test_feedback_that_fits_nothing(log: AuditLog, record: str | None, verdict: Any) -> None:
    made = log.record(an_answer(), arguments={})
    with pytest.raises(InputError):
        log.feedback(record or made, verdict)
    assert log.get(made).feedback == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET user = 'x'",
        "DELETE FROM records",
        "UPDATE feedback SET verdict = 'useful'",
        "DELETE FROM feedback",
    ],
)
def test_the_file_itself_refuses_changes(log: AuditLog, tmp_path: Path, statement: str) -> None:
    log.feedback(log.record(an_answer(), arguments={}), "wrong")
    with (
        sqlite3.connect(tmp_path / "记录" / "log.sqlite") as other,
        pytest.raises(sqlite3.IntegrityError, match="append"),
    ):
        other.execute(statement)
    other.close()


def test_records_come_in_order_by_time_and_user(log: AuditLog) -> None:
    for day in range(450):
        log.record(an_answer(f"{day}"), arguments={}, user=f"u{day % 3}", now=NOON + timedelta(days=day))
    assert [r.answer["text"] for r in log.records()] == [str(d) for d in range(450)]
    span = log.records(since=NOON + timedelta(days=10), until=NOON + timedelta(days=20))
    assert [r.answer["text"] for r in span] == [str(d) for d in range(10, 20)]
    assert [r.answer["text"] for r in log.records(user="u1", until=NOON + timedelta(days=6))] == ["1", "4"]


def test_local_time_is_stored_as_utc(log: AuditLog) -> None:
    shanghai = datetime.fromisoformat("2025-03-01T08:00:00+08:00")
    assert log.get(log.record(an_answer(), arguments={}, now=shanghai)).time == "2025-03-01T00:00:00.000000Z"


# --- repeating ---------------------------------------------------------------------------------------


def test_an_answer_is_repeated_from_its_record(log: AuditLog) -> None:
    record = log.get(log.record(an_answer(), arguments=ARGUMENTS))

    def ask(*, question: str, history: list[str], as_of: str, scope: str, k: int) -> dict[str, Any]:
        assert (question, history, as_of, scope, k) == (QUESTION, ["此前一问"], "2025-03-01", "law", 20)
        return {**an_answer().to_json(), "timings_ms": {"retrieve": 99.0}}

    assert record.repeat(ask) == ()
    assert record.repeat(lambda **_: an_answer("别的").to_json()) == ("text",)


def test_differences_name_the_fields() -> None:
    before, after = an_answer().to_json(), an_answer(refused=True, hits=()).to_json()
    assert differences(before, after) == ("hits", "refused")


def test_arguments_must_be_plain_data(log: AuditLog) -> None:
    with pytest.raises(InputError, match="JSON"):
        log.record(an_answer(), arguments={"as_of": date(2025, 3, 1)})
    assert list(log.records()) == []


# --- what is left out ----------------------------------------------------------------------------------


def test_the_question_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with AuditLog(path, keep_question=False) as log:
        answer = an_answer(f"您问“{QUESTION}”：罚款[1]。", warnings=("按“此前一问，罚多少”检索",))
        arguments = {**ARGUMENTS, "rewritten": "此前一问，罚多少"}
        record = log.get(log.record(answer, arguments=arguments, raw=QUESTION, user="张三"))
    assert record.question is None
    assert record.arguments == {
        **ARGUMENTS,
        "question": "（未记录）",
        "history": "（未记录）",
        "rewritten": "（未记录）",
    }
    assert record.answer["question"] == "（未记录）"
    assert record.answer["text"] == "您问“（未记录）”：罚款[1]。"
    assert record.raw == ""
    with pytest.raises(InputError, match="不能重放"):
        record.repeat(lambda **_: {})
    stored = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for words in (QUESTION, "此前一问"):
        assert words.encode() not in stored
    assert "张三".encode() in stored


def test_secrets_are_blotted_out(tmp_path: Path) -> None:
    key = "sk-4f7Qz81LmN0pXw"
    with AuditLog(tmp_path / "log.sqlite", hide=[key, ""]) as log:
        made = log.record(
            an_answer(f"密钥{key}", question=f"为什么{key}不行"),
            arguments={"question": key, "llm": {"api_key": "other", "note": [key]}, key: 1},
            user=key,
            model=key,
            raw=key,
            scope=key,
        )
        log.feedback(made, "wrong", f"{key}见", user=key)
        record = log.get(made)
    assert record.arguments == {"question": "***", "llm": {"api_key": "***", "note": ["***"]}, "***": 1}
    assert record.answer["text"] == "密钥***"
    assert key.encode() not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_half_a_character_is_no_reason_to_fail(log: AuditLog) -> None:
    record = log.get(log.record(an_answer(question="半个\ud800字"), arguments={"question": "半个\ud800字"}))
    assert (record.question, record.arguments) == ("半个?字", {"question": "半个?字"})


# --- retention -----------------------------------------------------------------------------------------


def test_what_is_too_old_goes_for_good(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with AuditLog(path) as log:
        old = log.record(an_answer("很旧的回答"), arguments={}, now=NOON)
        log.feedback(old, "useful", "旧的反馈")
        kept = log.record(an_answer("新的回答"), arguments={}, now=NOON + timedelta(days=2))
        assert log.purge(NOON + timedelta(days=1)) == 1
        assert log.purge(NOON + timedelta(days=1)) == 0
        assert [r.id for r in log.records()] == [kept]
        stored = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert "很旧的回答".encode() not in stored
    assert "旧的反馈".encode() not in stored
    assert "新的回答".encode() in stored
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT before, removed FROM purges").fetchall() == [("2025-03-02T12:00:00.000000Z", 1)]
    other.close()


def test_retention_works_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with AuditLog(path) as log:
        log.record(an_answer("旧"), arguments={}, now=NOON)
    with AuditLog(path, retention_days=30) as log:
        log.record(an_answer("中"), arguments={}, now=NOON + timedelta(days=29))
        assert len(list(log.records())) == 2
    with AuditLog(path, retention_days=30) as log:
        log.record(an_answer("新"), arguments={}, now=NOON + timedelta(days=31))
        assert [r.answer["text"] for r in log.records()] == ["中", "新"]


def test_a_retention_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="大于 0"):
        AuditLog(tmp_path / "x", retention_days=0)


# --- files that cannot be used -------------------------------------------------------------------------


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    path.write_text("这是一篇文章" * 200, encoding="utf-8")
    with pytest.raises(AuditError, match="不是记录文件"):
        AuditLog(path).record(an_answer(), arguments={})
    assert path.read_text(encoding="utf-8").startswith("这是一篇文章")


def test_a_database_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE passages (id)")
    other.close()
    with pytest.raises(AuditError, match="这不是记录文件"):
        AuditLog(path).record(an_answer(), arguments={})


def test_a_file_of_a_later_version(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(AuditError, match="请升级"):
        AuditLog(path).record(an_answer(), arguments={})


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(AuditError, match="打不开"):
        AuditLog(tmp_path / "file" / "log.sqlite").record(an_answer(), arguments={})


def test_a_writer_that_does_not_let_go(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with AuditLog(path, busy_s=0.2) as log:
        log.record(an_answer(), arguments={})
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AuditError, match="占用"):
            log.record(an_answer(), arguments={})
        assert len(list(log.records())) == 1
        other.execute("ROLLBACK")
        other.close()
        log.record(an_answer(), arguments={})
        assert len(list(log.records())) == 2


# --- several at once -----------------------------------------------------------------------------------


def test_threads_share_a_log(log: AuditLog) -> None:
    def write(name: str) -> None:
        for n in range(20):
            log.record(an_answer(f"{name}-{n}"), arguments={})

    threads = [threading.Thread(target=write, args=(str(i),)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [r.answer["text"] for r in log.records()]
    assert len(set(texts)) == 100
    assert [t for t in texts if t.startswith("3-")] == [f"3-{n}" for n in range(20)]


def test_a_forked_process_opens_its_own_connection(log: AuditLog) -> None:
    log.record(an_answer("父"), arguments={})
    child = os.fork()
    if child == 0:
        log.record(an_answer("子"), arguments={})
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    log.record(an_answer("父后"), arguments={})
    assert [r.answer["text"] for r in log.records()] == ["父", "子", "父后"]
    assert log.check() == ()


def test_importing_the_room_is_cheap() -> None:
    heavy = "{'langchain_core', 'numpy', 'pydantic'}"
    code = f"import sys, kb.assist.audit; sys.exit(','.join({heavy} & set(sys.modules)) or None)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
