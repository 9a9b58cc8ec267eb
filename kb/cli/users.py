"""``kb users``: who may use the web page. Does not know how passwords are kept."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from kb.base.records import InputError, SettingsError
from kb.settings import Settings

_DOES = {"list": "列出用户", "add": "增加用户", "password": "改口令", "role": "改角色", "remove": "删除用户"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, to whom."""
    parser.add_argument("--users", type=Path, metavar="FILE", help="用户表（默认取设置 KB_USERS）")
    does = parser.add_subparsers(dest="does", metavar="动作", required=True)
    for name, text in _DOES.items():
        sub = does.add_parser(name, help=text, description=text)
        if name != "list":
            sub.add_argument("name", metavar="用户名")
        if name in ("add", "role"):
            sub.add_argument(
                "--role",
                default="查询" if name == "add" else None,
                required=name == "role",
                choices=("查询", "编辑", "管理"),
                help="查询；编辑（还可写报告、上传）；管理（全部）",
            )


def run(arguments: argparse.Namespace) -> int:
    """Do it and say what was done."""
    from kb.serve import users

    path = _path(arguments)
    name = getattr(arguments, "name", "")
    if arguments.does == "list":
        print("\n".join(f"{u.name}\t{u.role}" for u in users.read_users(path)) or "还没有用户")
        return 0
    if arguments.does == "add":
        users.add_user(path, name, _password(), arguments.role)
    elif arguments.does == "password":
        users.set_password(path, name, _password())
    elif arguments.does == "role":
        users.set_role(path, name, arguments.role)
    else:
        users.remove_user(path, name)
    print(f"已{_DOES[arguments.does]}：{name}")
    return 0


def _path(arguments: argparse.Namespace) -> Path:
    path: Path | None = arguments.users or Settings.read().users
    if path is None:
        raise SettingsError('没有指定用户表：请设置 KB_USERS（如 kb.toml 里写 users = "users.toml"），或用 --users')
    return path


def _password() -> str:
    """Typed twice at a terminal, else the first line of standard input (a script's pipe)."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("口令：")
    if getpass.getpass("再输入一次：") != first:
        raise InputError("两次输入的口令不同，请重新运行")
    return first
