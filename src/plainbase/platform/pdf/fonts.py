"""The fonts of documents: they come with packages of the extra `export`, and are read only when a text needs them."""

from __future__ import annotations

import importlib.util
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from plainbase.errors import ConfigurationError
from plainbase.platform import extras

HINT = "pip install 'plainbase[export]'"
NEEDS = ("fpdf", "uharfbuzz", "pymupdf_fonts")
"""The modules that every document needs."""

_ALONE = {"noto-sc", "noto-jp", "noto-tc", "noto-symbols", "noto-symbols-2", "noto-math", "noto-music"}


@dataclass(frozen=True, slots=True)
class Face:
    """A font: the package it comes in, and its module (FiraGO and Noto of pymupdf-fonts) or its file there."""

    name: str
    package: str
    file: str

    def source(self) -> bytes | Path | None:
        """Return the font itself or where it lies; None where its package is not installed."""
        if self.file.endswith(".ttf"):
            spec = importlib.util.find_spec(self.package)
            places = (spec.submodule_search_locations if spec else None) or ()
            return next((p for p in (Path(place) / self.file for place in places) if p.is_file()), None)
        try:
            content: bytes = import_module(f"{self.package}.{self.file}").fontbuffer
        except ImportError:
            return None
        return content


def require() -> None:
    """Raise ConfigurationError where something of the extra `export` is missing that every document needs."""
    extras.require("export", *NEEDS)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep fontTools and fpdf2 from logging every table and glyph that is left out on purpose."""
    loggers = [logging.getLogger(name) for name in ("fontTools", "fontTools.subset", "fontTools.ttLib", "fpdf")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _noto(package: str, script: str, axes: str) -> Face:
    return Face(f"noto-{script.lower()}", package, f"fonts/ofl/notosans{script.lower()}/NotoSans{script}[{axes}].ttf")


REGULAR = Face("regular", "pymupdf_fonts", "FiraGO_Regular")
BOLD = Face("bold", "pymupdf_fonts", "FiraGO_Bold")

# FiraGO: Latin, Greek, Cyrillic, Georgian, Arabic, Hebrew, Devanagari, Thai. The others fill what it has not, in
# this order. All are under the SIL Open Font License; DejaVu, under its own free one, is used where Matplotlib is.
OTHERS: tuple[Face, ...] = (
    Face("noto-sans", "pymupdf_fonts", "NotoSans_Regular"),
    Face("noto-symbols", "pymupdf_fonts", "NotoSansSymbols_Regular"),
    Face("noto-symbols-2", "pymupdf_fonts", "NotoSansSymbols2_Regular"),
    Face("noto-math", "pymupdf_fonts", "NotoSansMath_Regular"),
    Face("noto-music", "pymupdf_fonts", "NotoMusic_Regular"),
    *(_noto("justmytype_intl_south_asia", s, "wdth,wght") for s in ("Devanagari", "Bengali", "Tamil", "Telugu")),
    *(_noto("justmytype_intl_sea", s, "wdth,wght") for s in ("Thai", "Lao", "Khmer", "Myanmar")),
    Face("dejavu", "matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf"),
)

# The same ideograph has other forms in other countries.
IDEOGRAPHS: dict[str, tuple[Face, ...]] = {
    country: tuple(_noto("justmytype_intl_cjk", c, "wght") for c in order)
    for country, order in {
        "SC": ("SC", "TC", "JP", "KR"),
        "JP": ("JP", "SC", "TC", "KR"),
        "KR": ("KR", "SC", "TC", "JP"),
    }.items()
}


def _tool(name: str) -> ModuleType:
    """Return a module of fontTools, which has no types; fpdf2 depends on it."""
    return import_module(f"fontTools.{name}")


@lru_cache(maxsize=64)
def repertoire(face: Face) -> frozenset[int]:
    """Return the code points a face has; none where it is not installed."""
    fonts = _tool("ttLib")

    source = face.source()
    if source is None:
        return frozenset()
    with fonts.TTFont(io.BytesIO(source) if isinstance(source, bytes) else source, lazy=True) as font:
        return frozenset(font.getBestCmap())


def whole(face: Face, folder: Path) -> Path:
    """Write a face into the folder, where fpdf2 can read it."""
    source = face.source()
    if source is None:
        raise ConfigurationError(f"the font package {face.package.replace('_', '-')} is missing: {HINT}")
    if isinstance(source, Path):
        return source
    path = folder / f"{face.name}.ttf"
    path.write_bytes(source)
    return path


def part(face: Face, code_points: set[int], folder: Path) -> Path:
    """Write the part of a face that some text needs: cutting first is what makes a font of 18 MB cheap."""
    subset = _tool("subset")
    fonts = _tool("ttLib")
    instancer = _tool("varLib.instancer")

    # Ideographs and symbols stand by themselves: their rules for neighbours are long to read and not needed.
    alone = {"GSUB", "GPOS", "GDEF"} if face.name in _ALONE else set[str]()
    options = subset.Options(layout_features=["*"], notdef_outline=True, drop_tables=["FFTM", "DSIG", *alone])
    font = fonts.TTFont(whole(face, folder), lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=code_points)
    cutter.subset(font)
    if "fvar" in font:
        instancer.instantiateVariableFont(font, {"wght": 400} | _axis(font, "wdth"), inplace=True)
    path = folder / f"{face.name}-part.ttf"
    font.save(path)
    font.close()
    return path


def _axis(font: Any, tag: str) -> dict[str, float]:
    axes = font["fvar"].axes
    return {tag: 100.0} if any(axis.axisTag == tag for axis in axes) else {}


def candidates(country: str) -> Iterator[Face]:
    """Yield the faces that may have what the main one has not, ideographs after the rest."""
    yield from OTHERS
    yield from IDEOGRAPHS[country]
