"""The outline of each shape as an SVG path from its upper left corner at 0 0, within its width and height."""

from __future__ import annotations

from flows.drawing.looks import Shape

TAIL = 8  # of a speech bubble, at its lower left


def outline(shape: Shape, width: float, height: float) -> str:
    """The path of a shape."""
    w, h = round(width, 1), round(height, 1)
    if shape == "point":
        side = round(min(h * 0.28, w / 3), 1)
        return f"M{side} 0H{w - side:.1f}L{w} {h / 2:.1f} {w - side:.1f} {h}H{side}L0 {h / 2:.1f}Z"
    if shape == "octagon":
        c = round(min(10.0, h / 3), 1)
        return f"M{c} 0H{w - c:.1f}L{w} {c}V{h - c:.1f}L{w - c:.1f} {h}H{c}L0 {h - c:.1f}V{c}Z"
    if shape == "folded":
        fold = min(14.0, h / 2)
        return f"M0 0H{w - fold:.1f}L{w} {fold:.1f}V{h}H0ZM{w - fold:.1f} 0V{fold:.1f}H{w}"
    if shape == "bubble":
        right = f"M{TAIL + 9} 0H{w - 9:.1f}A9 9 0 0 1 {w} 9V{h - 9:.1f}A9 9 0 0 1 {w - 9:.1f} {h}"
        return f"{right}H0L{TAIL} {h - 9:.1f}V9A9 9 0 0 1 {TAIL + 9} 0Z"
    if shape == "person":
        return f"M0 0H{w}V{h}H0ZM7 0V{h}M{w - 7:.1f} 0V{h}"
    if shape in ("round", "dark", "dashed"):
        return _rounded(w, h, min(h / 2, 22.0))
    return _rounded(w, h, 3 if shape == "plain" else 12)


def _rounded(w: float, h: float, most: float) -> str:
    r = round(min(most, w / 2, h / 2), 1)
    arc = f"A{r} {r} 0 0 1"
    right = f"M{r} 0H{w - r:.1f}{arc} {w} {r}V{h - r:.1f}{arc} {w - r:.1f} {h}"
    return f"{right}H{r}{arc} 0 {h - r:.1f}V{r}{arc} {r} 0Z"
