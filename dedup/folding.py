"""The fold table: for every Unicode code point, its class and what it folds to.

An entry is a uint32: the folded code point, or where in `multi` its several code points start (bits
0-20), the class (21-24), how many code points it folds to (25-28), whether it is white space (29) and
whether a combining mark on it is dropped (30). All is derived from the canonical decomposition, so that
NFC and NFD of one text give the same tokens.
"""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.cache import kept

SEPARATOR, LETTER, DIGIT, MARK, IGNORED, ALONE, APOSTROPHE, DOT, COMMA, SIGN = range(10)

CLASS_SHIFT, LENGTH_SHIFT, WHITE_SHIFT, DROPS_SHIFT, MARK_SHIFT = 21, 25, 29, 30, 31

_SPECIAL = {
    **dict.fromkeys("'`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u05f3\uff07", APOSTROPHE),
    **dict.fromkeys(".\u2024\uff0e", DOT),
    **dict.fromkeys(",\uff0c", COMMA),
    **dict.fromkeys("+-\u2212\uff0b\uff0d", SIGN),
}

_TRADE_MARKS = "\u2120\u2122"  # by NFKC "sm" and "tm", which would make another word of the name before

# Default-ignorable code points that are not of category Cf, tatweel, the Arabic harakat and the keycap.
_IGNORED = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0),
        *(0x0640, 0x0670, *range(0x064B, 0x0653), 0x20E3),
        *(*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
    ]
)

# Scripts written without spaces: each character is a token of its own.
_ALONE_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x1B00, 0x1B7F),  # Balinese
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),  # Han iteration mark, closing mark, zero
    (0x3021, 0x3029),  # Hangzhou numerals
    (0x3031, 0x312F),  # kana repeat marks, Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31FF),  # Bopomofo and Katakana extensions
    (0x3400, 0x4DBF),  # Han extension A
    (0x4E00, 0xA4CF),  # Han, Yi
    (0xA980, 0xA9FF),  # Javanese, Myanmar extension B
    (0xAA60, 0xAADF),  # Myanmar extension A, Tai Viet
    (0xF900, 0xFAFF),  # Han compatibility
    (0x16FE0, 0x18D8F),  # Tangut, Khitan
    (0x1AFF0, 0x1B2FF),  # kana extensions, Nushu
    (0x20000, 0x3FFFF),  # Han extensions B and later
)

_HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
_HAN_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x2A6E0))
_DROPPING_SCRIPTS = ("LATIN ", "GREEK ", "CYRILLIC ")


class FoldTable(NamedTuple):
    """`entries`: uint32, one per code point; `multi`: uint32, longer folds, marks with bit 31."""

    entries: NDArray[np.uint32]
    multi: NDArray[np.uint32]


def stands_alone(code: int) -> bool:
    """Whether a code point belongs to a script written without spaces."""
    return any(low <= code <= high for low, high in _ALONE_RANGES)


def drops_marks(char: str) -> bool:
    """Whether a combining mark on this folded base is dropped: Latin, Greek, Cyrillic, and digits."""
    return unicodedata.category(char) == "Nd" or unicodedata.name(char, "").startswith(_DROPPING_SCRIPTS)


def _class_of_category(char: str) -> int:
    category = unicodedata.category(char)
    if ord(char) in _IGNORED or category == "Cf":
        return IGNORED
    if category[0] == "M":
        return MARK
    if category == "Nd":
        return DIGIT
    if category[0] in "LN":
        return ALONE if stands_alone(ord(char)) else LETTER
    return SEPARATOR


def is_mark(char: str) -> bool:
    """Whether a folded character is a combining mark, whose place among others tells nothing."""
    return unicodedata.category(char)[0] == "M"


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


def _compatible(base: str) -> str:
    """NFKC case folding of a base that has no canonical decomposition, or itself where that is no word."""
    folded = base
    while (further := unicodedata.normalize("NFKD", folded).casefold()) != folded:
        folded = further
    kept = "".join(c for c in folded if c not in _SPECIAL and _class_of_category(c) != IGNORED)
    return kept if kept and all(map(_is_word, kept)) else base


def classify(char: str) -> tuple[int, str, bool]:
    """The class of a code point, what it folds to, and whether marks on it are dropped."""
    parts = unicodedata.normalize("NFD", char)
    base = parts[0]
    if base in _SPECIAL:
        return _SPECIAL[base], unicodedata.normalize("NFKC", base).replace("\u2212", "-"), False
    kind = _class_of_category(base)
    if kind == IGNORED or base in _TRADE_MARKS:
        return kind, base, False
    # A mark is no letter, whatever case folding makes of it: the Greek iota below a vowel is dropped.
    folded = unicodedata.normalize("NFKD", base) if kind == MARK else _compatible(base)
    kind = _class_of_category(folded[0])
    if kind == SEPARATOR:
        return kind, base, False
    drops = drops_marks(folded[0])
    if drops:
        folded = "".join(c for c in folded if unicodedata.category(c)[0] != "M")
    marks = "" if drops else "".join(c for c in parts[1:] if _class_of_category(c) != IGNORED)
    return kind, folded + marks, drops


@cache
def fold_table() -> FoldTable:
    """The table for this Python's Unicode version (`unicodedata.unidata_version`)."""
    rules = hashlib.blake2b(Path(__file__).read_bytes(), digest_size=8).hexdigest()
    entries, multi = kept(f"fold-{unicodedata.unidata_version}-{rules}", _make_table)
    entries.flags.writeable = False  # numba compiles for arrays that may be written and that may not
    multi.flags.writeable = False
    return FoldTable(entries, multi)


@cache
def fold_digest() -> str:
    """A name for the table: the version of Unicode, and 16 hex digits of what it says."""
    digest = hashlib.blake2b(digest_size=8)
    for part in fold_table():
        digest.update(part.tobytes())
    return f"Unicode {unicodedata.unidata_version} {digest.hexdigest()}"


def _make_table() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    entries = np.zeros(sys.maxunicode + 1, np.uint32)
    multi: list[int] = []
    for block in _HAN_BLOCKS:
        entries[block.start : block.stop] = np.arange(block.start, block.stop) | ALONE << CLASS_SHIFT
    for code in _codes_to_classify():
        char = chr(code)
        kind, folded, drops = classify(char)
        value = ord(folded) if len(folded) == 1 else len(multi)
        if len(folded) > 1:
            multi.extend(ord(c) | is_mark(c) << MARK_SHIFT for c in folded)
            value |= len(folded) << LENGTH_SHIFT
        entries[code] = value | kind << CLASS_SHIFT | char.isspace() << WHITE_SHIFT | drops << DROPS_SHIFT
    for syllable in _HANGUL_SYLLABLES:
        jamo = unicodedata.normalize("NFD", chr(syllable))
        entries[syllable] = len(multi) | LETTER << CLASS_SHIFT | len(jamo) << LENGTH_SHIFT
        multi.extend(map(ord, jamo))
    return entries, np.array(multi, np.uint32)


def _codes_to_classify() -> list[int]:
    """Every assigned code point that is no separator for lack of meaning, less the big regular blocks."""
    by_rule = {code for block in (*_HAN_BLOCKS, _HANGUL_SYLLABLES) for code in block}
    assigned = [*range(0xD800), *range(0xF900, 0x2FA20), *range(0x30000, 0x33480), *range(0xE0000, 0xE01F0)]
    return [c for c in assigned if c not in by_rule and (c < 256 or unicodedata.category(chr(c)) != "Cn")]
