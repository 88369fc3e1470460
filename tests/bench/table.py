"""What was measured: a figure a line, with its target and whether it holds; curves as a table and as an SVG."""

import math
from dataclasses import dataclass


@dataclass
class Figure:
    """`most` is the largest that holds; None: measured for comparison only."""

    name: str
    value: float
    most: float | None = None
    unit: str = "x"
    detail: str = ""

    @property
    def holds(self):
        return self.most is None or self.value <= self.most

    def line(self):
        digits = 0 if self.unit in ("calls", "waits") else 2
        verdict = "" if self.most is None else "holds" if self.holds else "falls short"
        target = "" if self.most is None else f"{self.most:.{digits}f} {self.unit}"
        return f"{self.name:<62} {self.value:>9.{digits}f} {self.unit:<5} {target:>12}  {verdict:<12} {self.detail}".rstrip()


HEADING = f"{'figure':<62} {'measured':>9} {'':<5} {'at most':>12}"


@dataclass
class Curve:
    title: str
    unit: str  # of what is counted along the bottom
    lines: dict  # {name: {count: milliseconds}}

    def table(self):
        names = list(self.lines)
        counts = sorted({count for line in self.lines.values() for count in line})
        rows = [[self.unit, *names]]
        rows += [[str(count), *(f"{self.lines[name][count]:.2f} ms" for name in names)] for count in counts]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows)


_COLOURS = ("#c0392b", "#7f8c8d", "#2471a3", "#bdc3c7")
_WIDTH, _HEIGHT, _LEFT, _TOP = 380, 260, 60, 40


def make_svg(curves):
    """Both axes are logarithmic: a straight line that climbs as the grid does is linear."""
    width = len(curves) * (_WIDTH + _LEFT + 40)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT + 130}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for index, curve in enumerate(curves):
        parts.append(f'<g transform="translate({index * (_WIDTH + _LEFT + 40) + _LEFT} {_TOP})">')
        parts += _plot(curve)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _plot(curve):
    counts = sorted({count for line in curve.lines.values() for count in line})
    times = [value for line in curve.lines.values() for value in line.values()]
    right = math.log10(max(counts[-1], 10))
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    left = math.floor(math.log10(counts[0]))

    def at(count, value):
        x = (math.log10(count) - left) / (right - left) * _WIDTH
        y = _HEIGHT - (math.log10(value) - low) / max(high - low, 1) * _HEIGHT
        return f"{x:.1f}", f"{y:.1f}"

    parts = [f'<text x="{_WIDTH / 2}" y="-16" text-anchor="middle" font-size="14">{curve.title}</text>']
    for power in range(left, math.ceil(right) + 1):
        x, _ = at(10**power, 10**low)
        parts.append(f'<path d="M{x} 0V{_HEIGHT}" stroke="#e5e7e9"/>')
        parts.append(f'<text x="{x}" y="{_HEIGHT + 18}" text-anchor="middle">{10**power}</text>')
    for power in range(low, high + 1):
        _, y = at(1, 10.0**power)
        parts.append(f'<path d="M0 {y}H{_WIDTH}" stroke="#e5e7e9"/>')
        parts.append(f'<text x="-6" y="{float(y) + 4}" text-anchor="end">{10.0**power:g} ms</text>')
    parts.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT + 36}" text-anchor="middle">{curve.unit}</text>')
    for number, (name, line) in enumerate(curve.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(",".join(at(count, value)) for count, value in sorted(line.items()))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = _HEIGHT + 54 + 16 * (number // 2)
        x = number % 2 * _WIDTH / 2
        parts.append(f'<path d="M{x} {y - 4}h24" stroke="{colour}" stroke-width="2"/><text x="{x + 30}" y="{y}">{name}</text>')
    return parts
