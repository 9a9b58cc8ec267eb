"""Charts as inline SVG, without scripts or outside files. Does not know what is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

BAR = "#2f6f9f"
COLOURS = ("#2f6f9f", "#c2572b", "#4c8c4a", "#7d5ba6", "#8a6d1d", "#555555")
_FONT = 'font-family="sans-serif" font-size="12"'


def bars(rows: Sequence[tuple[str, int, float]], title: str) -> str:
    """Horizontal bars of values from 0 to 1: (label, number of rows, value); empty when there is nothing to draw."""
    if not rows:
        return ""
    step, left, wide = 20, 170, 240
    height = 26 + step * len(rows)
    parts = [
        _open(left + wide + 110, height, title),
        f'<text x="0" y="14" {_FONT} font-weight="bold">{escape(title)}</text>',
    ]
    for i, (label, n, value) in enumerate(rows):
        y = 24 + i * step
        length = max(0.0, min(1.0, value)) * wide
        parts.append(f'<text x="{left - 8}" y="{y + 12}" {_FONT} text-anchor="end">{escape(label)}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{wide}" height="14" fill="#eeeeee"/>')
        parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="14" fill="{BAR}"/>')
        parts.append(f'<text x="{left + wide + 6}" y="{y + 12}" {_FONT}>{value:.3f}（{n}）</text>')
    return "".join([*parts, "</svg>"])


def whiskers(rows: Sequence[tuple[str, float, float, float]], title: str) -> str:
    """Points with intervals from 0 to 1: (label, mean, low, high)."""
    if not rows:
        return ""
    step, left, wide = 20, 170, 300
    parts = [
        _open(left + wide + 170, 26 + step * len(rows), title),
        f'<text x="0" y="14" {_FONT} font-weight="bold">{escape(title)}</text>',
    ]
    for i, (label, mid, low, high) in enumerate(rows):
        y = 31 + i * step
        at = [left + max(0.0, min(1.0, v)) * wide for v in (low, mid, high)]
        parts.append(f'<text x="{left - 8}" y="{y + 4}" {_FONT} text-anchor="end">{escape(label)}</text>')
        parts.append(f'<line x1="{left}" y1="{y}" x2="{left + wide}" y2="{y}" stroke="#eeeeee"/>')
        parts.append(f'<line x1="{at[0]:.1f}" y1="{y}" x2="{at[2]:.1f}" y2="{y}" stroke="{BAR}" stroke-width="3"/>')
        parts.append(f'<circle cx="{at[1]:.1f}" cy="{y}" r="4" fill="{BAR}"/>')
        parts.append(f'<text x="{left + wide + 6}" y="{y + 4}" {_FONT}>{mid:.3f} [{low:.3f}, {high:.3f}]</text>')
    return "".join([*parts, "</svg>"])


def curves(series: Mapping[str, Sequence[tuple[float, float]]], title: str, x_label: str, y_label: str) -> str:
    """Lines on doubly logarithmic axes: name → (x, y) pairs, all above zero; others are left out."""
    kept = {n: [(x, y) for x, y in pts if x > 0 and y > 0] for n, pts in series.items()}
    points = [p for pts in kept.values() for p in pts]
    if not points:
        return ""
    left, top, wide, tall = 70, 30, 420, 240
    xs, ys = ([math.log10(p[k]) for p in points] for k in (0, 1))
    (x0, x1), (y0, y1) = _spread(xs), _spread(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        return left + (math.log10(x) - x0) / (x1 - x0) * wide, top + (y1 - math.log10(y)) / (y1 - y0) * tall

    parts = [
        _open(left + wide + 190, top + tall + 45, title),
        f'<text x="0" y="14" {_FONT} font-weight="bold">{escape(title)}</text>',
        f'<rect x="{left}" y="{top}" width="{wide}" height="{tall}" fill="none" stroke="#999999"/>',
        f'<text x="{left + wide / 2}" y="{top + tall + 36}" {_FONT} text-anchor="middle">{escape(x_label)}</text>',
        f'<text x="0" y="{top - 4}" {_FONT}>{escape(y_label)}</text>',
    ]
    for value in _ticks(x0, x1):
        x, _ = place(value, 10**y0)
        parts.append(f'<text x="{x:.1f}" y="{top + tall + 16}" {_FONT} text-anchor="middle">{value:g}</text>')
    for value in _ticks(y0, y1):
        _, y = place(10**x0, value)
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" {_FONT} text-anchor="end">{value:g}</text>')
    for i, (name, pts) in enumerate(kept.items()):
        colour = COLOURS[i % len(COLOURS)]
        spots = [place(x, y) for x, y in pts]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        parts.append(
            f'<text x="{left + wide + 10}" y="{top + 14 + 18 * i}" {_FONT} fill="{colour}">{escape(name)}</text>'
        )
    return "".join([*parts, "</svg>"])


def diagonal(series: Mapping[str, Sequence[tuple[float, float, int]]], title: str, x_label: str, y_label: str) -> str:
    """A reliability diagram: name → (said, true, number of cases), both 0 to 1; larger dots stand for more cases."""
    left, top, side = 50, 30, 320
    parts = [
        _open(left + side + 300, top + side + 45, title),
        f'<rect width="{left + side + 300}" height="{top + side + 45}" fill="white"/>',
        f'<text x="0" y="14" {_FONT} font-weight="bold">{escape(title)}</text>',
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#999999"/>',
        f'<line x1="{left}" y1="{top + side}" x2="{left + side}" y2="{top}" stroke="#999999" stroke-dasharray="4"/>',
        f'<text x="{left + side / 2}" y="{top + side + 36}" {_FONT} text-anchor="middle">{escape(x_label)}</text>',
        f'<text x="{left + 6}" y="{top + 16}" {_FONT}>{escape(y_label)}</text>',
    ]
    for tenth in (0, 2, 4, 6, 8, 10):
        at = side * tenth / 10
        x, y = left + at, top + side - at
        parts.append(f'<text x="{x}" y="{top + side + 16}" {_FONT} text-anchor="middle">{tenth / 10:g}</text>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" {_FONT} text-anchor="end">{tenth / 10:g}</text>')
    for i, (name, points) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        most = max((n for _, _, n in points), default=1)
        spots = [(left + side * said, top + side * (1 - true), 3 + 5 * (n / most) ** 0.5) for said, true, n in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{colour}"/>' for x, y, r in spots]
        parts.append(
            f'<text x="{left + side + 12}" y="{top + 14 + 18 * i}" {_FONT} fill="{colour}">{escape(name)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _spread(logs: Sequence[float]) -> tuple[float, float]:
    low, high = min(logs), max(logs)
    room = max((high - low) * 0.06, 0.05)
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Round values inside a logarithmic span: 1, 2, 5 of every power of ten (1 alone where the span is wide)."""
    digits = (1, 2, 5) if high - low < 2.5 else (1,)
    powers = range(math.floor(low), math.ceil(high) + 1)
    return [d * 10.0**p for p in powers for d in digits if low <= math.log10(d * 10.0**p) <= high]


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img"'
        f' aria-label="{escape(title, quote=True)}">'
    )
