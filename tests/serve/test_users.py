"""Users: what the file may hold, which passwords are refused, and how many attempts are heard."""

from __future__ import annotations

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kb.base.records import InputError, SettingsError
from kb.serve import users
from kb.serve.users import (
    WRONG,
    Attempts,
    Gate,
    Limits,
    Role,
    add_user,
    check_listening,
    read_users,
    remove_user,
    set_password,
    set_role,
)

PASSWORD = "安全检查要带执法证"  # ten characters with the full stop below
GOOD = PASSWORD + "。"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a file with two users (hashing takes its time)."""
    path = tmp_path_factory.mktemp("users") / "users.toml"
    add_user(path, "zhangsan", GOOD, "查询")
    add_user(path, "李四", "correct horse battery", Role.ADMIN)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def users_file(made: str, tmp_path: Path) -> Path:
    path = tmp_path / "users.toml"
    path.write_text(made, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("has", "needed", "allowed"),
    [
        (Role.QUERY, Role.QUERY, True),
        (Role.QUERY, Role.EDIT, False),
        (Role.EDIT, Role.QUERY, True),
        (Role.EDIT, Role.ADMIN, False),
        (Role.ADMIN, Role.EDIT, True),
    ],
)
def test_a_higher_role_may_do_what_a_lower_may(has: Role, needed: Role, allowed: bool) -> None:
    assert has.allows(needed) is allowed


# --- the file --------------------------------------------------------------------------------------


def test_the_file_holds_no_password(users_file: Path, made: str) -> None:
    assert [(u.name, u.role) for u in read_users(users_file)] == [("zhangsan", Role.QUERY), ("李四", Role.ADMIN)]
    assert PASSWORD not in made
    assert made.count("$argon2id$") == 2
    assert "argon2" not in repr(read_users(users_file))


def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "users.toml"
    add_user(path, "zhangsan", GOOD, "编辑")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {p.name for p in path.parent.iterdir()} == {"users.toml", "users.toml.lock"}


def test_users_are_changed_and_removed(users_file: Path) -> None:
    set_role(users_file, "ZhangSan", "编辑")
    set_password(users_file, "李四", "another long password")
    assert [u.role for u in read_users(users_file)] == [Role.EDIT, Role.ADMIN]
    assert Gate(users_file).sign_in("李四", "another long password").user is not None
    remove_user(users_file, "zhangsan")
    assert [u.name for u in read_users(users_file)] == ["李四"]


@pytest.mark.parametrize("name", ["zhangsan", "ZHANGSAN", "\uff5ahangsan"])
def test_a_name_is_taken_once(users_file: Path, name: str) -> None:
    before = users_file.read_text(encoding="utf-8")
    with pytest.raises(InputError, match="已有用户"):
        add_user(users_file, name, GOOD, "查询")
    assert users_file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["", "a", "a b", 'x"\nrole = "管理', "../x", "a" * 33, "<b>x</b>"])
def test_names_that_could_do_harm(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="用户名"):
        add_user(tmp_path / "users.toml", name, GOOD, "查询")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "password",
    ["", "short", "a" * 20, "abababababab", "abcdefghijkl", "0123456789", "9876543210", "Qwerty1234", "password123",
     "my-ZHANGSAN-1", "x" * 200, "zhangsan2025"],
)  # fmt: skip
def test_passwords_that_are_guessed_first(tmp_path: Path, password: str) -> None:
    with pytest.raises(InputError, match="口令"):
        add_user(tmp_path / "users.toml", "zhangsan", password, "查询")


@pytest.mark.parametrize("call", [set_password, set_role, remove_user])
def test_a_user_who_is_not_there(users_file: Path, call: object) -> None:
    arguments = {set_password: (GOOD,), set_role: ("编辑",), remove_user: ()}[call]  # type: ignore[index]
    with pytest.raises(InputError, match="没有用户 wangwu"):
        call(users_file, "wangwu", *arguments)  # type: ignore[operator]


def test_a_role_that_does_not_exist(users_file: Path) -> None:
    with pytest.raises(InputError, match="没有角色“老板”"):
        set_role(users_file, "zhangsan", "老板")


BAD_FILES = [
    ("users = 3", "须写成"),
    ("[[users]]\nname = 'x'", "第 1 个用户须有"),
    ("[[users]]\nname = 'zhangsan'\nrole = '老板'\nhash = ''", "用户名或角色"),
    ("[[users]]\nname = 'zhangsan'\nrole = '查询'\nhash = '123456'", "不是口令散列"),
    ("[[users", "读不懂"),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILES)
def test_files_that_say_how_to_mend_them(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "users.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=message) as caught:
        read_users(path)
    assert "\n" not in str(caught.value)


def test_weak_hashes_and_doubles_are_refused(users_file: Path, made: str) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x")
    users_file.write_text(f"[[users]]\nname = 'zhangsan'\nrole = '查询'\nhash = '{weak}'", encoding="utf-8")
    with pytest.raises(SettingsError, match="太弱"):
        read_users(users_file)
    users_file.write_text(made + made.replace("zhangsan", "ZhangSan"), encoding="utf-8")
    with pytest.raises(SettingsError, match="重名"):
        read_users(users_file)


def test_a_file_others_may_write_is_refused(users_file: Path) -> None:
    users_file.chmod(0o622)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_users(users_file)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="kb users add"):
        read_users(tmp_path / "none.toml")


def test_many_writers_lose_nobody(tmp_path: Path, made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "users.toml"
    ready = made.split('"')[5]  # hashing is not what is tested
    monkeypatch.setattr(users, "_hash", lambda _: ready)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: add_user(path, f"user{n}", GOOD, "查询"), range(12)))
    assert {u.name for u in read_users(path)} == {f"user{n}" for n in range(12)}


def test_a_change_that_fails_leaves_the_file(users_file: Path, made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        remove_user(users_file, "zhangsan")
    assert users_file.read_text(encoding="utf-8") == made


# --- signing in --------------------------------------------------------------------------------------


def test_sign_in(users_file: Path) -> None:
    gate = Gate(users_file)
    right = gate.sign_in("ZhangSan", GOOD, "10.0.0.1")
    assert right.user is not None
    assert (right.user.name, right.user.role) == ("zhangsan", Role.QUERY)
    for name, password in (("zhangsan", "错"), ("wangwu", GOOD), ("", ""), ("zhangsan", GOOD + "x" * 10**6)):
        refused = gate.sign_in(name, password, "10.0.0.2")
        assert (refused.user, refused.message, refused.wait_s) == (None, WRONG, 0.0)


def test_wide_letters_of_an_input_method_are_the_same_password(users_file: Path) -> None:
    set_password(users_file, "zhangsan", "abcd1234xyz!")
    assert Gate(users_file).sign_in("zhangsan", "\uff41\uff42\uff43\uff441234xyz\uff01").user is not None


def test_a_change_counts_at_once(users_file: Path) -> None:
    gate = Gate(users_file)
    assert gate.user("zhangsan") is not None
    set_role(users_file, "zhangsan", "管理")
    user = gate.user("zhangsan")
    assert user is not None
    assert user.role is Role.ADMIN
    remove_user(users_file, "zhangsan")
    assert gate.user("zhangsan") is None
    assert gate.sign_in("zhangsan", GOOD).message == WRONG


@pytest.mark.parametrize("broken", ["[[users", None])
def test_a_broken_file_lets_nobody_in(users_file: Path, broken: str | None) -> None:
    gate = Gate(users_file)
    assert gate.sign_in("zhangsan", GOOD).user is not None
    if broken is None:
        users_file.unlink()
    else:
        users_file.write_text(broken, encoding="utf-8")
    for _ in range(2):
        with pytest.raises(SettingsError):
            gate.sign_in("zhangsan", GOOD)


def test_attempts_are_limited_also_with_the_right_password(users_file: Path) -> None:
    clock = Clock()
    gate = Gate(users_file, Attempts(Limits(pair=3, window_s=600), clock=clock))
    assert [gate.sign_in("zhangsan", "错", "10.0.0.1").message for _ in range(3)] == [WRONG] * 3
    refused = gate.sign_in("ZHANGSAN", GOOD, "10.0.0.1")
    assert (refused.user, refused.message, refused.wait_s) == (None, "尝试次数过多：请 10 分钟后再试。", 600.0)
    assert gate.sign_in("zhangsan", GOOD, "10.0.0.2").user is not None, "another address is not locked out"
    clock.now += 599
    assert gate.sign_in("zhangsan", GOOD, "10.0.0.1").wait_s == 1.0
    clock.now += 2
    assert gate.sign_in("zhangsan", GOOD, "10.0.0.1").user is not None


def test_success_forgets_the_failures_of_the_pair() -> None:
    attempts = Attempts(Limits(pair=2, address=5), clock=Clock())
    for _ in range(4):
        assert attempts.begin("a", "x") == 0
        assert attempts.begin("a", "x") == 0
        attempts.succeeded("a", "x")
    # what failed before each success still counts for the address
    assert attempts.begin("b", "x") == 0
    assert attempts.begin("c", "x") > 0


@pytest.mark.parametrize(
    ("limits", "pairs"),
    [
        (Limits(address=4), [(f"u{n}", "10.0.0.1") for n in range(5)]),
        (Limits(name=4), [("zhangsan", f"10.0.0.{n}") for n in range(5)]),
    ],
)
def test_an_address_and_a_name_have_limits_too(limits: Limits, pairs: list[tuple[str, str]]) -> None:
    attempts = Attempts(limits, clock=Clock())
    assert [attempts.begin(*pair) > 0 for pair in pairs] == [False] * 4 + [True]


def test_many_attempts_at_once_are_no_way_round() -> None:
    attempts = Attempts(Limits(pair=5))
    barrier = threading.Barrier(20)

    def attempt(_: int) -> bool:
        barrier.wait(10)
        return attempts.begin("zhangsan", "10.0.0.1") == 0

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(attempt, range(20))) == 5


def test_the_memory_of_attempts_is_bounded() -> None:
    attempts = Attempts(capacity=30)
    for n in range(500):
        attempts.begin(f"u{n}", f"a{n}")
    assert len(attempts._failures) == 30


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.9.1"])
def test_this_machine_needs_no_users(host: str) -> None:
    check_listening(host, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org", ""])
def test_other_addresses_need_users(users_file: Path, tmp_path: Path, host: str) -> None:
    check_listening(host, users_file)
    (tmp_path / "empty.toml").touch(0o600)
    for missing in (None, tmp_path / "empty.toml", tmp_path / "none.toml"):
        with pytest.raises(SettingsError, match="kb users add"):
            check_listening(host, missing)
