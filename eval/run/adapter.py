"""Reading public sets line by line. Does not know their fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kb.base.records import InputError


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of a JSON Lines file; raises InputError naming the line that is none."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise InputError(f"{path.name} 第 {number} 行不是 JSON 对象")
                yield number, row
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不了 {path.name}：{error}；请检查路径和编码（UTF-8）") from error
    except ValueError as error:
        raise InputError(f"{path.name} 第 {number} 行不是 JSON；每行应是一个 JSON 对象") from error
