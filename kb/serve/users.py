"""Who may do what: users with hashed passwords and roles in one TOML file, and sign-in with limited attempts.

Does not know pages, requests or sessions; what a role is needed for is said where the handler is.

The file (KB_USERS) is written by ``add_user`` and its siblings, and re-read when it changes::

    [[users]]
    name = "zhangsan"
    role = "编辑"            # 查询 < 编辑 < 管理
    hash = "$argon2id$v=19$m=65536,t=3,p=4$…"
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import os
import re
import threading
import time
import tomllib
import unicodedata
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.base.records import InputError, SettingsError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 128
"""Characters of a password. NIST SP 800-63B asks for 8 or more; the upper bound keeps hashing cheap."""
_NAME = re.compile(r"[\w.\-]{2,32}")
_NAME_COUNTS = 4  # a shorter user name stands in a password by chance
_WEAKEST_KIB = 19 * 1024  # OWASP's least memory for argon2id (2023)
_HEADER = "# 用户表：由 kb users 命令维护。hash 是口令的散列，不能还原；role 为 查询、编辑 或 管理。\n"
_COMMON = frozenset(
    {"qwertyuiop", "qwerty1234", "qwertyuiop123", "1q2w3e4r5t", "1qaz2wsx3edc", "asdfghjkl1", "password123"}
    | {"password1234", "passw0rd123", "administrator", "admin12345", "admin123456", "adminadmin1", "welcome123"}
    | {"woaini1314", "woaini520520", "5201314520", "a123456789", "aa12345678", "abc1234567", "iloveyou123"}
)


class Role(StrEnum):
    """What a user may do; a higher role may do all that a lower one may."""

    QUERY = "查询"
    EDIT = "编辑"
    ADMIN = "管理"

    def allows(self, needed: Role) -> bool:
        """Whether this role may do what ``needed`` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class User:
    """A user of the file; ``hash`` is an argon2id hash in PHC form and stays out of ``repr``."""

    name: str
    role: Role
    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in ended. ``user`` None: refused, ``message`` says why; ``wait_s``: seconds to wait, 0 none."""

    user: User | None
    message: str = ""
    wait_s: float = 0.0


WRONG = "用户名或口令不对。"


# --- the file ----------------------------------------------------------------------------------


def read_users(path: Path) -> tuple[User, ...]:
    """Read the users of a file, in its order; empty where it holds none.

    Raises SettingsError where it is missing, malformed, or writable by others than its owner.
    """
    try:
        if path.stat().st_mode & 0o022:
            raise SettingsError(f"用户表可被他人改写：{path}。请执行 chmod 600。")
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("users", [])
    except FileNotFoundError:
        raise SettingsError(f"没有用户表：{path}。请先用 kb users add 添加用户。") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"用户表读不懂：{path}（{error}）。请改正，或用 kb users 重新添加。") from None
    if not isinstance(rows, list):
        raise SettingsError(f"用户表里的用户须写成 [[users]]：{path}。")
    users = tuple(_user(row, n, path) for n, row in enumerate(rows, 1))
    if len({_identity(u.name) for u in users}) < len(users):
        raise SettingsError(f"用户表里有重名：{path}。请删去一个。")
    return users


def add_user(path: Path, name: str, password: str, role: Role | str) -> User:
    """Add a user, to a new file where there is none. Raises InputError for a bad or taken name or a weak password."""
    shown = _checked_name(name)
    user = User(shown, _role(role), _hash(_checked_password(password, shown)))
    with _changing(path) as users:
        if any(_identity(u.name) == _identity(shown) for u in users):
            raise InputError(f"已有用户 {shown}：改口令请用 kb users password。")
        users.append(user)
    return user


def set_password(path: Path, name: str, password: str) -> None:
    """Give a user another password. Raises InputError for an unknown name or a weak password."""
    hashed = _hash(_checked_password(password, name))
    with _changing(path) as users:
        at = _position(users, name)
        users[at] = replace(users[at], hash=hashed)


def set_role(path: Path, name: str, role: Role | str) -> None:
    """Give a user another role. Raises InputError for an unknown name or role."""
    new = _role(role)
    with _changing(path) as users:
        at = _position(users, name)
        users[at] = replace(users[at], role=new)


def remove_user(path: Path, name: str) -> None:
    """Remove a user. Raises InputError for an unknown name."""
    with _changing(path) as users:
        del users[_position(users, name)]


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[list[User]]:
    """Hold the users for a change, alone; written whole, or not at all when the block raises."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        users = list(read_users(path)) if path.exists() else []
        yield users
        _write(path, users)


def _write(path: Path, users: list[User]) -> None:
    """Replace the file atomically, readable by its owner only."""
    rows = [f'[[users]]\nname = "{u.name}"\nrole = "{u.role}"\nhash = "{u.hash}"\n' for u in users]
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join([_HEADER, *rows]))
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def _user(row: Any, n: int, path: Path) -> User:  # noqa: ANN401 - whatever stands in the file
    """Read one row; raises SettingsError that names its number."""
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError
    from argon2.low_level import Type

    where = f"用户表第 {n} 个用户"
    if not isinstance(row, dict) or not all(isinstance(row.get(k), str) for k in ("name", "role", "hash")):
        raise SettingsError(f"{where}须有 name、role、hash 三项：{path}。")
    if _NAME.fullmatch(row["name"]) is None or row["role"] not in list(Role):
        raise SettingsError(f"{where}的用户名或角色不对：角色为 查询、编辑 或 管理。{path}")
    try:
        parameters = extract_parameters(row["hash"])
    except InvalidHashError:
        raise SettingsError(f"{where}的 hash 不是口令散列：请用 kb users password 重设。{path}") from None
    if parameters.type is not Type.ID or parameters.memory_cost < _WEAKEST_KIB:
        raise SettingsError(f"{where}的口令散列太弱：请用 kb users password 重设。{path}")
    return User(row["name"], Role(row["role"]), row["hash"])


def _position(users: list[User], name: str) -> int:
    found = [n for n, u in enumerate(users) if _identity(u.name) == _identity(name)]
    if not found:
        raise InputError(f"没有用户 {name}：用 kb users list 查看。")
    return found[0]


def _identity(name: str) -> str:
    """Fold what looks alike: width and case."""
    return unicodedata.normalize("NFKC", name).casefold()


def _checked_name(name: str) -> str:
    shown = unicodedata.normalize("NFKC", name).strip()
    if _NAME.fullmatch(shown) is None:
        raise InputError("用户名须为 2 到 32 个汉字、字母、数字或 . _ -。")
    return shown


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise InputError(f"没有角色“{role}”：请用 查询、编辑 或 管理。") from None


def _checked_password(password: str, name: str) -> str:
    """Refuse what is guessed first; length counts more than kinds of characters (NIST SP 800-63B)."""
    text = unicodedata.normalize("NFKC", password)
    plain = text.casefold()
    if not SHORTEST <= len(text) <= LONGEST:
        raise InputError(f"口令须为 {SHORTEST} 到 {LONGEST} 个字符。")
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    named = len(name) >= _NAME_COUNTS and _identity(name) in plain
    if plain in _COMMON or named or len(set(plain)) < 5 or len(steps) == 1:
        raise InputError("口令太容易猜：不要用常见口令、连续字符或包含用户名。")
    return text


@cache
def _hasher() -> PasswordHasher:
    """Make the hasher: argon2id with the library's parameters (RFC 9106, low memory: 64 MiB, 3 passes)."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def _hash(password: str) -> str:
    return _hasher().hash(password)


# --- signing in --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """Failures within ``window_s`` after which no more are heard: of one name at one address, an address, a name.

    A name's limit is wide, or anyone could lock a colleague out from another address.
    """

    pair: int = 5
    address: int = 20
    name: int = 100
    window_s: float = 900.0


class Attempts:
    """Failed sign-ins of late, in memory; of at most ``capacity`` names and addresses, the oldest forgotten first."""

    def __init__(
        self, limits: Limits | None = None, *, clock: Callable[[], float] = time.monotonic, capacity: int = 10_000
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._capacity = capacity
        self._failures: OrderedDict[tuple[str, str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, name: str, address: str) -> float:
        """Count an attempt as failed until ``succeeded`` says otherwise (many at once could else slip through).

        Returns 0 when it may go on; seconds to wait, and nothing counted, when the limits are reached.
        """
        now = self._clock()
        with self._lock:
            keys = self._keys(name, address)
            wait = max(self._wait(key, limit, now) for key, limit in keys)
            if wait > 0:
                return wait
            for key, limit in keys:
                times = self._failures.setdefault(key, deque(maxlen=limit))
                times.append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > self._capacity:
                self._failures.popitem(last=False)
        return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name at this address, and this attempt elsewhere."""
        with self._lock:
            for key, _ in self._keys(name, address):
                times = self._failures.pop(key, None)
                if times and key[0] != "pair":
                    times.pop()
                    self._failures[key] = times

    def _keys(self, name: str, address: str) -> list[tuple[tuple[str, str, str], int]]:
        who = _identity(name)[:LONGEST]
        limits = self._limits
        return [
            (("pair", who, address), limits.pair),
            (("address", "", address), limits.address),
            (("name", who, ""), limits.name),
        ]

    def _wait(self, key: tuple[str, str, str], limit: int, now: float) -> float:
        """Until the oldest of the last ``limit`` failures has left the window."""
        times = self._failures.get(key)
        if times is None or len(times) < limit:
            return 0.0
        return max(0.0, times[0] + self._limits.window_s - now)


class Gate:
    """Signs users of a file in; the file is read again when it changes. Threads may share one.

    A broken file lets nobody in (SettingsError). At most ``at_once`` passwords are hashed at a time: each
    takes 64 MiB and 50 ms, and strangers can ask for it.
    """

    def __init__(self, path: Path, attempts: Attempts | None = None, *, at_once: int = 2) -> None:
        self._path = path
        self._attempts = attempts or Attempts()
        self._hashing = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._users: dict[str, User] = {}

    def sign_in(self, name: str, password: str, address: str = "") -> SignIn:
        """Check a password; ``address`` is the caller's. An unknown name takes as long as a wrong password."""
        wait = self._attempts.begin(name, address)
        if wait > 0:
            return SignIn(None, f"尝试次数过多：请 {max(1, round(wait / 60))} 分钟后再试。", wait)
        user = self.user(name)
        text = unicodedata.normalize("NFKC", password)[: LONGEST + 1]
        with self._hashing:
            right = _matches(user.hash if user else _decoy(), text)
        if user is None or not right:
            return SignIn(None, WRONG)
        self._attempts.succeeded(name, address)
        return SignIn(user)

    def user(self, name: str) -> User | None:
        """The user as the file has it now (a session asks again, so that a removal or a new role counts); else None."""
        with self._lock:
            self._refresh()
            return self._users.get(_identity(name))

    def _refresh(self) -> None:
        try:
            state = self._path.stat()
        except OSError:
            self._seen = None
            state = None
        seen = (state.st_mtime_ns, state.st_size, state.st_ino) if state else None
        if seen is None or seen != self._seen:
            self._seen, self._users = None, {}
            self._users = {_identity(u.name): u for u in read_users(self._path)}
            self._seen = seen


def _matches(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(hashed, password)
    except VerifyMismatchError:
        return False


@cache
def _decoy() -> str:
    """Hash a password nobody has, to spend the same time on a name that does not exist."""
    return _hash(os.urandom(16).hex())


def check_listening(host: str, users: Path | None) -> None:
    """Refuse to listen beyond this machine without users. Raises SettingsError."""
    if is_loopback(host):
        return
    if users is None or not read_users(users):
        raise SettingsError(
            f"在 {host} 上对外服务须先有用户：用 kb users add 添加，并设置 KB_USERS；或只在 127.0.0.1 上使用。"
        )


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine alone."""
    if host.casefold() == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return False
