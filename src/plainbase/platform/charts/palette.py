"""Colours of the roles, for light paper and for dark screens.

The eight of the series stand out from their page three to one (WCAG 2.2, 1.4.11), and every two of them differ by 20
or more in CIE L*a*b*, also as protan, deutan and tritan eyes see them (Machado, Oliveira, Fernandes: "A
Physiologically-based Model for Simulation of Color Vision Deficiency", 2009). The tests hold both.
"""

from __future__ import annotations

LIGHT: dict[str, str] = {
    "series-1": "#015ac9",
    "series-2": "#8b2800",
    "series-3": "#0e5040",
    "series-4": "#f55195",
    "series-5": "#cb8308",
    "series-6": "#0599f5",
    "series-7": "#441100",
    "series-8": "#504374",
    "label": "#1f2328",
    "value": "#1f2328",
    "tick": "#59636e",
    "note": "#59636e",
    "grid": "#e2e5e9",
    "zero": "#8c959f",
    "axis": "#8c959f",
    "whisker": "#1f2328",
}

DARK: dict[str, str] = {
    "series-1": "#3b92ee",
    "series-2": "#cd622b",
    "series-3": "#00eda7",
    "series-4": "#9c74a3",
    "series-5": "#f9b82e",
    "series-6": "#8dd9fd",
    "series-7": "#b87863",
    "series-8": "#9dbebe",
    "label": "#e6edf3",
    "value": "#e6edf3",
    "tick": "#9aa4ae",
    "note": "#9aa4ae",
    "grid": "#30363d",
    "zero": "#6e7681",
    "axis": "#6e7681",
    "whisker": "#e6edf3",
}
