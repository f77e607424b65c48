"""The plain twins: what folding, kernels and stages must give, written from their definitions.

Lists, dicts and sets, quadratic where that is plainest, and nothing imported but `unicodedata`, and
datasketch, whose signatures ours equal.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, groupby, islice, pairwise, product
from typing import NamedTuple

from datasketch import MinHash

TWO_64 = 2**64

# Text into tokens.

SPECIAL = {
    "apostrophe": "'`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u05f3\uff07",
    "dot": ".\u2024\uff0e",
    "comma": ",\uff0c",
    "sign": "+-\u2212\uff0b\uff0d",
}
PLAIN = {"\u2024": ".", "\uff0e": ".", "\uff0c": ",", "\u2212": "-", "\uff0b": "+", "\uff0d": "-"}

NO_WORDS = "\u2120\u2122"  # service mark and trade mark: signs behind a word, no part of it

IGNORED_NAMES = (
    "VARIATION SELECTOR-",
    "MONGOLIAN FREE VARIATION SELECTOR",
    "HANGUL CHOSEONG FILLER",
    "HANGUL JUNGSEONG FILLER",
    "HANGUL FILLER",
    "HALFWIDTH HANGUL FILLER",
    "KHMER VOWEL INHERENT",
    "COMBINING GRAPHEME JOINER",
    "COMBINING ENCLOSING KEYCAP",
    "ARABIC LETTER SUPERSCRIPT ALEF",
)
ARABIC_IGNORED = (0x0640, *range(0x064B, 0x0653))  # tatweel, and the harakat from fathatan to sukun

SPACELESS = (
    "THAI ",
    "LAO ",
    "MYANMAR ",
    "KHMER ",
    "TAI LE ",
    "NEW TAI LUE ",
    "TAI THAM ",
    "TAI VIET ",
    "BALINESE ",
    "JAVANESE ",
    "CJK ",
    "KANGXI ",
    "IDEOGRAPHIC ITERATION",
    "IDEOGRAPHIC CLOSING",
    "IDEOGRAPHIC NUMBER",
    "VERTICAL IDEOGRAPHIC ",
    "HANGZHOU ",
    "HIRAGANA ",
    "HENTAIGANA ",
    "KATAKANA ",
    "KATAKANA-HIRAGANA ",
    "VERTICAL KANA ",
    "MASU ",
    "BOPOMOFO ",
    "YI ",
    "TANGUT ",
    "OLD CHINESE ",
    "KHITAN ",
    "NUSHU ",
)
TANGUT = range(0x17000, 0x18D80)  # `unicodedata` has no names for these


class Char(NamedTuple):
    """One character of the decomposed text: class, fold, whether marks on it drop, and where it stood."""

    kind: str
    fold: str
    drops: bool
    place: int


class Token(NamedTuple):
    """A token: its folded text and where it stands, as Python string indices."""

    fold: str
    start: int
    end: int


@cache
def kind_of(char: str) -> str:
    """The class of one character of a canonically decomposed text, before it is folded further."""
    name, category = unicodedata.name(char, ""), unicodedata.category(char)
    for kind, chars in SPECIAL.items():
        if char in chars:
            return kind
    if category == "Cf" or ord(char) in ARABIC_IGNORED or name.startswith(IGNORED_NAMES):
        return "ignored"
    if category.startswith("M"):
        return "mark"
    if category == "Nd":
        return "digit"
    if category[0] in "LN":
        return "alone" if ord(char) in TANGUT or name.startswith(SPACELESS) else "letter"
    return "separator"


@cache
def fold_of(char: str) -> str:
    """NFKC case folding without apostrophes, dots and ignored characters, or `char` where that is no word."""
    folded = char
    while (further := unicodedata.normalize("NFKD", folded).casefold()) != folded:
        folded = further
    word = "".join(c for c in folded if kind_of(c) not in ("ignored", *SPECIAL))
    return word if word and all(kind_of(c) != "separator" for c in word) else char


@cache
def parts_of(char: str) -> list[tuple[str, str, bool]]:
    """Kind, fold and whether marks drop of each part of the canonical decomposition, less ignored ones."""
    parts = []
    for part in unicodedata.normalize("NFD", char):
        kind = kind_of(part)
        fold = fold_of(part)
        is_symbol = kind == "separator" and (fold == part or part in NO_WORDS)
        if kind in ("letter", "digit", "alone", "separator") and not is_symbol:
            kind = kind_of(fold[0])
            script = unicodedata.name(fold[0], "").split(" ")[0]
            drops = kind == "digit" or script in ("LATIN", "GREEK", "CYRILLIC")
            parts.append((kind, "".join(c for c in fold if not drops or kind_of(c) != "mark"), drops))
        elif kind == "mark":
            parts.append((kind, fold if kind_of(fold[0]) == "mark" else part, False))
        elif kind != "ignored":
            parts.append((kind, PLAIN.get(part, part), False))
    return parts


def decomposed(text: str) -> Iterator[Char]:
    """Every character of the canonical decomposition, less ignored ones."""
    for place, char in enumerate(text):
        for part in parts_of(char):
            yield Char(*part, place)


class Word:
    """A token under way: `run` are the characters since its start or its last vanished dot."""

    def __init__(self, first: Char, sign: Char | None) -> None:
        self.fold = sign.fold if sign else ""
        self.start = sign.place if sign else first.place
        self.run: list[Char] = []
        self.add(first)

    def add(self, char: Char) -> None:
        """One more word character."""
        self.fold += char.fold
        self.end = char.place + 1
        self.last = char
        self.run.append(char)

    def mark(self, mark: Char) -> None:
        """A mark on the last word character."""
        self.end = mark.place + 1
        if not self.last.drops:
            self.fold += mark.fold


def is_initial(run: Sequence[Char]) -> bool:
    """Whether these word characters are one letter of a script that has abbreviations with dots."""
    return len(run) == 1 and run[0].kind == "letter" and run[0].drops


def next_two(chars: Sequence[Char], at: int) -> list[Char]:
    """The two characters behind one that are no marks."""
    return list(islice((chars[i] for i in range(at + 1, len(chars)) if chars[i].kind != "mark"), 2))


def stays_inside(word: Word, char: Char, after: Sequence[Char]) -> bool:
    """Whether an apostrophe, dot or comma belongs to the word before it; `after` are the `next_two`."""
    following = after[0].kind if after else ""
    if word.last.kind == "alone":
        return False
    if char.kind == "apostrophe":
        return following == "letter"
    if char.kind not in ("dot", "comma"):
        return False
    if word.last.kind == following == "digit":
        word.fold += char.fold
        return True
    ahead = [c.kind in ("letter", "digit") for c in after]
    stop = ahead.index(False) if False in ahead else len(ahead)
    if char.kind == "dot" and is_initial(word.run) and is_initial(after[:stop]):
        word.run = []
        return True
    return False


def tokenise(text: str) -> list[Token]:
    """The tokens of a text.

    A token is a run of letters, digits and kept marks, or one character of a script without spaces with its
    marks. An apostrophe before a letter vanishes inside a word, a dot between single letters too; a number
    has its sign, and the dots and commas between its digits.
    """
    chars = list(decomposed(text))
    words: list[Word] = []
    word: Word | None = None
    sign: Char | None = None
    for at, char in enumerate(chars):
        if char.kind == "mark":
            if word:
                word.mark(char)
        elif char.kind in ("letter", "digit", "alone"):
            if word and char.kind != "alone" and word.last.kind != "alone":
                word.add(char)
            else:
                is_signed = char.kind == "digit" and sign is not None and sign.place == char.place - 1
                word = Word(char, sign if is_signed else None)
                words.append(word)
        elif not (word and stays_inside(word, char, next_two(chars, at))):
            sign = char if char.kind == "sign" and not word else None
            word = None
    return [Token(word.fold, word.start, word.end) for word in words]


# Tokens into sketches.


def token_hash(folded: str) -> int:
    """FNV-1a over code points, marks added whatever their order; its high half after one multiplication."""
    hashed = 0xCBF29CE484222325
    for char in folded:
        if unicodedata.category(char)[0] == "M":
            hashed = (hashed + ord(char) * 0x9FB21C651E98DF25) % TWO_64
        else:
            hashed = (hashed ^ ord(char)) * 0x100000001B3 % TWO_64
    return (hashed * 0xFF51AFD7ED558CCD % TWO_64) >> 32


def grams(tokens: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """Every run of `size` tokens."""
    return [tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1)]


def gram_hash(gram: Sequence[int], base: int) -> int:
    """A polynomial in `base` with the tokens, each plus one, as digits; its high half after mixing."""
    value = 0
    for token in gram:
        value = (value * base + token + 1) % TWO_64
    return ((value ^ value >> 32) * 0xFF51AFD7ED558CCD % TWO_64) >> 32


def shingle_hashes(tokens: Sequence[int], size: int = 3) -> list[int]:
    """The hash of every shingle."""
    return [gram_hash(gram, 0x9E3779B97F4A7C15) for gram in grams(tokens, size)]


def kgram_hashes(tokens: Sequence[int], size: int = 6) -> list[int]:
    """The hash of every k-gram."""
    return [gram_hash(gram, 0xD6E8FEB86659FD93) for gram in grams(tokens, size)]


def winnow(hashes: Sequence[int], window: int) -> set[int]:
    """The least hash of every window; all of them where there are fewer than a window."""
    if len(hashes) < window:
        return set(hashes)
    return {min(hashes[i : i + window]) for i in range(len(hashes) - window + 1)}


def fingerprints(tokens: Sequence[int], kgram: int = 6, window: int = 12) -> set[int]:
    """Winnowed k-grams, in a narrower window where an article has under 16 windows of tokens."""
    return winnow(kgram_hashes(tokens, kgram), min(window, max(1, len(tokens) // 16)))


def minhash(folds: Sequence[str], hashfunc: Callable[[bytes], int], size: int = 3) -> list[int]:
    """The signature, by datasketch."""
    signature = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=hashfunc)
    for i in range(len(folds) - size + 1):
        signature.update(" ".join(folds[i : i + size]).encode())
    return [int(value) for value in signature.hashvalues]


# Keys into candidates. An entry is (key, article).

Entry = tuple[int, int]


def posting_lists(entries: Iterable[Entry]) -> dict[int, list[int]]:
    """The articles of each key, ascending."""
    lists = defaultdict(list)
    for key, article in sorted(entries):
        lists[key].append(article)
    return dict(lists)


def witnesses(entries: Iterable[Entry], groups: Sequence[int]) -> list[Entry]:
    """Of each list the first article of each group, where two groups or more meet in it."""
    kept = []
    for key, articles in posting_lists(entries).items():
        firsts = {groups[article]: article for article in reversed(articles)}
        if len(firsts) > 1:
            kept += [(key, article) for article in firsts.values()]
    return sorted(kept)


def linked(articles: Sequence[int], cap: int, hubs: int) -> set[tuple[int, int]]:
    """The pairs (earlier, later) of one list; one over `cap` links each article to its last `hubs` only."""
    linkable = articles if len(articles) <= cap else articles[-hubs:]
    return {(a, b) for a, b in combinations(articles, 2) if b in linkable}


def meetings(
    lists: Iterable[Sequence[int]], counts: Sequence[int], rules: tuple[int, int, int, float]
) -> set[tuple[int, int]]:
    """The pairs that share the fewest lists or more: enough of them for the one of fewer tokens."""
    cap, hubs, fewest, reach = rules
    shared: Counter[tuple[int, int]] = Counter()
    for articles in lists:
        shared.update(linked(articles, cap, hubs))
    return {(a, b) for (a, b), n in shared.items() if n >= fewest and n * reach >= min(counts[a], counts[b])}


# Two articles into passages and figures. An anchor is (place in a, place in b, equal tokens).

Anchor = tuple[int, int, int]
Passage = tuple[int, int, int, int, int]
Match = tuple[int, int]

MOST_PLACES, LOOK_BACK, SHORT_RUN = 16, 32, 4


def run_at(a: Sequence[int], i: int, b: Sequence[int], j: int, step: int = 1) -> int:
    """How many tokens are equal from `a[i]` and `b[j]` on (or back)."""
    n = 0
    while 0 <= i + n * step < len(a) and 0 <= j + n * step < len(b) and a[i + n * step] == b[j + n * step]:
        n += 1
    return n


def find_anchors(query: Sequence[int], target: Sequence[int], kgram: int) -> tuple[list[Anchor], bool]:
    """At each place of `query` the longest run in `target`, and whether one stands there more than once.

    Of equally long runs the one nearest to the last anchor's diagonal is taken, then the first. A run may
    start within the one before, which was passed over.
    """
    places = defaultdict(list)
    for place, gram in enumerate(grams(target, kgram)):
        places[gram].append(place)
    found: list[Anchor] = []
    is_ambiguous = False
    i = diagonal = 0
    while i + kgram <= len(query):
        tried = places.get(tuple(query[i : i + kgram]), [])
        if not tried:
            i += 1
            continue
        is_ambiguous |= len(tried) > 1
        runs = [(run_at(query, i, target, j), -abs(j - i - diagonal), -j) for j in tried[:MOST_PLACES]]
        length, _, place = max(runs)
        place = -place
        behind = i - found[-1][0] if found else 0
        back = min(run_at(query, i - 1, target, place - 1, -1), behind)
        found.append((i - back, place - back, length + back))
        diagonal = place - i
        i += length - kgram + 1
    return found, is_ambiguous


def step_over(first: Anchor, then: Anchor, gap: int) -> int | None:
    """How many tokens `then` gives up to follow `first` in one passage, or None where it cannot."""
    gaps = [then[side] - (first[side] + first[2]) for side in (0, 1)]
    over = max(0, -min(gaps))
    return over if over < then[2] and max(gaps) + over <= gap else None


def next_run(a: Sequence[int], b: Sequence[int], i: int, j: int, step: int, gap: int) -> Anchor | None:
    """The nearest run of at least `SHORT_RUN` tokens, forward from `i`, `j` or back from before them."""
    if step < 0:
        i, j = i - 1, j - 1
    found = []
    for x, y in product(range(gap + 1), repeat=2):
        n = run_at(a, i + x * step, b, j + y * step, step)
        if n >= SHORT_RUN:
            found.append((x + y, x, y, n))
    if not found:
        return None
    _, x, y, n = min(found)
    return (i + x, j + y, n) if step > 0 else (i - x - n + 1, j - y - n + 1, n)


def short_runs(
    a: Sequence[int], b: Sequence[int], anchors: Sequence[Anchor], kgram: int, gap: int
) -> list[Anchor]:
    """Runs under `kgram` tokens beside anchors without another one in reach; at most two anchors a token."""
    room = 2 * max(len(a), len(b))
    found: list[Anchor] = []
    for at, anchor in enumerate(anchors):
        for step, beside in ((1, anchors[at : at + 2]), (-1, anchors[max(0, at - 1) : at + 1])):
            if len(beside) == 2 and step_over(beside[0], beside[1], gap) is not None:
                continue
            end = anchor[2] if step > 0 else 0
            i, j = anchor[0] + end, anchor[1] + end
            while len(anchors) + len(found) < room and (run := next_run(a, b, i, j, step, gap)):
                if run[2] >= kgram:
                    break
                found.append(run)
                i, j = (run[0] + run[2], run[1] + run[2]) if step > 0 else run[:2]
    return found


def all_anchors(a: Sequence[int], b: Sequence[int], kgram: int, gap: int) -> list[Anchor]:
    """All anchors of two articles by their places; `a` is looked up in `b` too where it repeats itself."""
    turned, is_ambiguous = find_anchors(b, a, kgram)
    anchors = [(i, j, n) for j, i, n in turned]
    if is_ambiguous:
        anchors += find_anchors(a, b, kgram)[0]
    anchors.sort(key=lambda anchor: anchor[:2])
    return sorted(anchors + short_runs(a, b, anchors, kgram, gap), key=lambda anchor: anchor[:2])


def link(anchors: Sequence[Anchor], gap: int) -> tuple[list[int], list[int]]:
    """For each anchor the equal tokens of the best chain that ends in it, and its predecessor or -1."""
    scores: list[int] = []
    before: list[int] = []
    for j, anchor in enumerate(anchors):
        best = (anchor[2], -1)
        for i in range(max(0, j - LOOK_BACK), j)[::-1]:
            over = step_over(anchors[i], anchor, gap)
            if over is not None and scores[i] + anchor[2] - over > best[0]:
                best = (scores[i] + anchor[2] - over, i)
        scores.append(best[0])
        before.append(best[1])
    return scores, before


def common_subsequence(a: Sequence[int], b: Sequence[int]) -> list[Match]:
    """A longest common subsequence; of equally long ones the one that takes the last tokens of `b`."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for r, c in product(range(len(a)), range(len(b))):
        best[r + 1][c + 1] = best[r][c] + 1 if a[r] == b[c] else max(best[r][c + 1], best[r + 1][c])
    matches = []
    r, c = len(a), len(b)
    while r and c:
        if a[r - 1] == b[c - 1]:
            r, c = r - 1, c - 1
            matches.append((r, c))
        elif best[r - 1][c] >= best[r][c - 1]:
            r -= 1
        else:
            c -= 1
    return matches[::-1]


def walk(
    a: Sequence[int], b: Sequence[int], anchors: Sequence[Anchor], chain: Sequence[int], gap: int
) -> list[Match]:
    """The equal tokens of a chain of anchors, those inside its gaps included."""
    matches: list[Match] = []
    for at, number in enumerate(chain):
        i, j, n = anchors[number]
        over = 0
        if at:
            before = anchors[chain[at - 1]]
            over = step_over(before, anchors[number], gap) or 0
            r, c = before[0] + before[2], before[1] + before[2]
            inside = common_subsequence(a[r : i + over], b[c : j + over])
            matches += [(r + x, c + y) for x, y in inside]
        matches += [(i + t, j + t) for t in range(over, n)]
    return matches


def chain_to(last: int, before: Sequence[int], used: set[int]) -> list[int]:
    """The chain that ends in an anchor, from its start or from behind one already used; then all are used."""
    chain = [last]
    while before[chain[0]] >= 0 and before[chain[0]] not in used:
        chain.insert(0, before[chain[0]])
    used.update(chain)
    return chain


class Compared(NamedTuple):
    """Tokens covered in a and b, passages, the longest one, shingles in both, in either; the passages.

    Boilerplate is set aside in these; the last two figures are the tokens covered with it.
    """

    figures: tuple[int, int, int, int, int, int, int, int]
    passages: list[Passage]


def cut(matches: Sequence[Match], inside: Sequence[bool], least: int) -> list[list[Match]]:
    """A passage in pieces: each run of `least` tokens or more that changes the state starts another one."""
    pieces: list[list[Match]] = []
    state: bool | None = None
    for own, some in groupby(matches, key=lambda match: inside[match[0]]):
        run = list(some)
        is_long = len(run) >= least
        if not pieces or (is_long and state is not None and own != state):
            pieces.append([])
        pieces[-1] += run
        state = own if is_long else state
    return pieces


def outside(tokens: Sequence[int], inside: Sequence[bool], size: int) -> set[tuple[int, ...]]:
    """The shingles that touch no boilerplate."""
    return {gram for i, gram in enumerate(grams(tokens, size)) if not any(inside[i : i + size])}


def compare(
    a: Sequence[int],
    b: Sequence[int],
    inside: tuple[Sequence[bool], Sequence[bool]] | None = None,
    *,
    shingle: int = 3,
    kgram: int = 6,
    gap: int = 16,
) -> Compared:
    """Chains of anchors, the longest first, each told where it covers `kgram` tokens not covered yet.

    `inside`: of both sides, which tokens are boilerplate; where that of a starts or ends a chain is cut.
    """
    inside = inside or ([False] * len(a), [False] * len(b))
    anchors = all_anchors(a, b, kgram, gap)
    scores, before = link(anchors, gap)
    used: set[int] = set()
    covered: tuple[set[int], set[int]] = (set(), set())
    passages = []
    for last in sorted(range(len(anchors)), key=lambda number: (-scores[number], number)):
        if last in used:
            continue
        matches = walk(a, b, anchors, chain_to(last, before, used), gap)
        if all(len({match[side] for match in matches} - covered[side]) < kgram for side in (0, 1)):
            continue
        for piece in cut(matches, inside[0], kgram):
            (i, j), (r, c) = piece[0], piece[-1]
            sides = [set(side) for side in zip(*piece, strict=True)]
            if not all(side <= seen for side, seen in zip(sides, covered, strict=True)):
                passages.append((i, r + 1, j, c + 1, len(piece)))
            for side, seen in zip(sides, covered, strict=True):
                seen.update(side)
    ours, theirs = outside(a, inside[0], shingle), outside(b, inside[1], shingle)
    own = [sum(not inside[side][i] for i in covered[side]) for side in (0, 1)]
    longest = max((passage[4] for passage in passages), default=0)
    sizes = (own[0], own[1], len(passages), longest, len(ours & theirs), len(ours | theirs))
    return Compared((*sizes, len(covered[0]), len(covered[1])), passages)


# Articles into what recurs in them. A gram is the hash of some consecutive tokens.


def recurring(entries: Iterable[Entry], groups: Sequence[int], least: int) -> dict[int, int]:
    """The keys that articles of at least `least` groups hold, ascending, and how many groups hold each."""
    held = {key: len({groups[a] for a in some}) for key, some in posting_lists(entries).items()}
    return {key: number for key, number in sorted(held.items()) if number >= least}


def grams_near(
    articles: Sequence[Sequence[int]], known: Container[int], sizes: tuple[int, int], reach: tuple[int, int]
) -> list[Entry]:
    """(gram, article) of each gram of `sizes[1]` tokens that stands near a known one of `sizes[0]`."""
    found = []
    for article, tokens in enumerate(articles):
        places = [i for i, gram in enumerate(kgram_hashes(tokens, sizes[0])) if gram in known]
        for j, gram in enumerate(kgram_hashes(tokens, sizes[1])):
            if any(i - reach[0] <= j <= i + reach[1] for i in places):
                found.append((gram, article))
    return found


def gram_blocks(
    articles: Sequence[Sequence[int]], counts: Mapping[int, int], links: Mapping[int, int], size: int
) -> dict[int, int]:
    """Of each gram the least one of those it hangs together with.

    Two that follow each other hang together where the gram of one token more, which holds both, is held by
    more than half of the groups that hold the more frequent one. `counts` and `links` tell how many do.
    """
    beside: dict[int, set[int]] = defaultdict(set)
    for tokens in articles:
        both = zip(pairwise(kgram_hashes(tokens, size)), kgram_hashes(tokens, size + 1), strict=True)
        for (first, second), whole in both:
            most = max(counts.get(first, TWO_64), counts.get(second, TWO_64))
            if 2 * links.get(whole, 0) > most:
                beside[first].add(second)
                beside[second].add(first)
    blocks: dict[int, int] = {}
    for gram in sorted(counts):
        reached = set() if gram in blocks else {gram}
        while reached:
            blocks |= dict.fromkeys(reached, gram)
            reached = {other for one in reached for other in beside[one] if other not in blocks}
    return blocks


def find_runs(
    articles: Sequence[Sequence[int]], blocks: Mapping[int, int], size: int
) -> list[tuple[int, int, int, int]]:
    """(block, article, start, end) of every stretch of grams of one block, in reading order."""
    found = []
    for article, tokens in enumerate(articles):
        known = enumerate(blocks.get(gram, -1) for gram in kgram_hashes(tokens, size))
        for block, run in groupby(known, key=lambda gram: gram[1]):
            places = [i for i, _ in run]
            if block >= 0:
                found.append((block, article, places[0], places[-1] + size))
    return found


def keywords(
    tokens: Iterable[int], counts: Mapping[int, int], total: int, limits: tuple[int, int], most: int
) -> tuple[list[int], float]:
    """The `most` rarest tokens of an article, less those seen in too few or too many articles.

    Then how many of them another article has by chance. `counts`: in how many of `total` each was seen.
    """
    seen = sorted((counts.get(token, 0), token) for token in set(tokens))
    rarest = [(count, token) for count, token in seen if limits[0] <= count <= limits[1]][:most]
    return sorted(token for _, token in rarest), sum(count for count, _ in rarest) / total


def are_unrelated(
    articles: Iterable[tuple[set[int], float]], shared: set[int], limits: tuple[int, float, float]
) -> bool:
    """Whether `limits[0]` articles (keywords, chance), taken one by one, have little in common.

    That is under `limits[1]` keywords, not counting the `shared` ones, and `limits[2]` times those that
    either has in common with any other by chance.
    """
    least, related, times = limits
    taken: list[tuple[set[int], float]] = []
    for own, chance in articles:
        both = [(len((own & other) - shared), max(chance, by_chance)) for other, by_chance in taken]
        if all(number < related + times * most for number, most in both):
            taken.append((own, chance))
    return len(taken) >= least


def prints_outside(
    tokens: Sequence[int], prints: Iterable[int], inside: Sequence[bool], size: int
) -> list[int]:
    """The fingerprints that are those of no gram wholly inside boilerplate."""
    dropped = {gram for i, gram in enumerate(kgram_hashes(tokens, size)) if all(inside[i : i + size])}
    return [value for value in prints if value not in dropped]


# Texts into names and numbers, and what is swapped of these between two articles.


def starts_sentence(before: str) -> bool:
    """Whether a sentence or line starts behind this, spaces, quotes and all that is no word passed over."""
    for char in reversed(before):
        if any(kind in ("letter", "digit", "alone") for kind, _, _ in parts_of(char)):
            return False
        if char.isascii() and char not in " \t\"'([*-":
            return char in ".!?:;\n\r"
    return True


def kinds(text: str) -> list[str]:
    """Of each token whether it is a number, a name, in small letters, or plain."""
    found = []
    for token in tokenise(text):
        first = text[token.start]
        has_case = ord(first) < 0x2000
        if any(char in "0123456789" for char in text[token.start : token.end]):
            found.append("number")
        elif has_case and first.isupper():
            found.append("plain" if starts_sentence(text[: token.start]) else "name")
        else:
            found.append("lower" if has_case and first.islower() else "plain")
    return found


class Told(NamedTuple):
    """An article: its tokens, the kinds of these, and which are boilerplate."""

    tokens: Sequence[int]
    kinds: Sequence[str]
    inside: Sequence[bool]


def named(article: Told) -> list[int]:
    """Where its numbers stand, and its names, unless there are too many, or in small letters elsewhere."""
    lower = {token for token, kind in zip(article.tokens, article.kinds, strict=True) if kind == "lower"}
    tells = article.kinds.count("name") <= article.kinds.count("lower")
    return [
        i
        for i, (token, kind) in enumerate(zip(article.tokens, article.kinds, strict=True))
        if kind == "number" or (kind == "name" and tells and token not in lower)
    ]


def tell_names(
    article: Told, small: Sequence[int], plain: Sequence[int], *, share: float, first: int
) -> list[int]:
    """Of each token 1 for a name and 2 for a number, and 0 for all others.

    4 more for the first of these outside of boilerplate, 8 for such a name among the `first` tokens there.
    """
    is_german = sum(token in small for token in article.tokens) >= share * len(article.tokens)
    kinds = [
        "plain" if kind == "name" and (is_german or token in plain) else kind
        for token, kind in zip(article.tokens, article.kinds, strict=True)
    ]
    told = [0] * len(kinds)
    met = set()
    for i in named(article._replace(kinds=kinds)):
        told[i] = 1 if kinds[i] == "name" else 2
        if not article.inside[i] and (article.tokens[i], kinds[i]) not in met:
            met.add((article.tokens[i], kinds[i]))
            is_leading = list(article.inside[:i]).count(False) < first
            told[i] += 4 + 8 * (kinds[i] == "name" and is_leading)
    return told


def slots_inside(a: Sequence[int], b: Sequence[int], passage: Passage, gap: int) -> list[tuple[range, range]]:
    """From where a passage, with which a and b end, differs to its next short run, or to its end."""
    found = []
    i, j = passage[0], passage[2]
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            i, j = i + 1, j + 1
            continue
        x, y, _ = next_run(a, b, i, j, 1, gap) or (len(a), len(b), 0)
        found.append((range(i, x), range(j, y)))
        i, j = x, y
    return found


def slots(
    a: Sequence[int], b: Sequence[int], passages: Sequence[Passage], edge: int, gap: int
) -> list[tuple[range, range]]:
    """Where words may be swapped: between passages, beside them where none follows, and in their gaps."""
    found = []
    for before, after in zip([None, *passages], [*passages, None], strict=True):
        if before and after and all(0 <= after[side] - before[side + 1] <= gap for side in (0, 2)):
            found.append((range(before[1], after[0]), range(before[3], after[2])))
            continue
        if before:
            ends = min(len(a), before[1] + edge), min(len(b), before[3] + edge)
            found.append((range(before[1], ends[0]), range(before[3], ends[1])))
        if after:
            starts = max(0, after[0] - edge), max(0, after[2] - edge)
            found.append((range(starts[0], after[0]), range(starts[1], after[2])))
    for passage in passages:
        found += slots_inside(a[: passage[1]], b[: passage[3]], passage, gap)
    return found


def count_swaps(
    a: Told, b: Told, passages: Sequence[Passage], *, edge: int = 4, first: int = 50, gap: int = 16
) -> list[list[int]]:
    """Of each side: distinct names gone, those swapped, those among its first words, numbers, those swapped.

    Gone is what the other side has nowhere; it is swapped where a slot has some of its kind on both sides.
    """
    gone = [
        {i: side.kinds[i] for i in named(side) if side.tokens[i] not in other.tokens}
        for side, other in ((a, b), (b, a))
    ]
    swapped: list[set[int]] = [set(), set()]
    for slot in slots(a.tokens, b.tokens, passages, edge, gap):
        for kind in ("name", "number"):
            there = [{i for i in slot[side] if gone[side].get(i) == kind} for side in (0, 1)]
            if all(there):
                swapped = [known | more for known, more in zip(swapped, there, strict=True)]
    counts = []
    for side, away, moved in zip((a, b), gone, swapped, strict=True):
        own = [i for i in named(side) if not side.inside[i]]
        names = [i for i in own if away.get(i) == "name"]
        leading = [i for i in names if list(side.inside[:i]).count(False) < first]
        numbers = [i for i in own if side.kinds[i] == "number"]
        columns = names, moved & set(names), leading, numbers, moved & set(numbers)
        counts.append([len({side.tokens[i] for i in places}) for places in columns])
    return counts


def count_own(a: Sequence[int], b: Sequence[int], passages: Sequence[Passage]) -> list[int]:
    """Of each side the distinct tokens outside of passages that the other side has nowhere."""
    counts = []
    for side, own, other in ((0, a, b), (2, b, a)):
        covered = {i for passage in passages for i in range(passage[side], passage[side + 1])}
        counts.append(len({token for i, token in enumerate(own) if i not in covered} - set(other)))
    return counts


# One article into its repeated blocks.


def longest_earlier(
    tokens: Sequence[int], i: int, places: Sequence[int], nearest: int
) -> tuple[int, int, int]:
    """The longest run at `i` that stands earlier, nearest places first, and where; then a rhythm's length."""
    best, near = (0, 0), 0
    for place in places:
        period = i - place
        length = run_at(tokens, i, tokens, place)
        if length >= period:
            return (0, 0, length) if period < nearest else (period, place, 0)
        if period < nearest:
            near = max(near, length)
        elif length >= best[0]:
            best = (length, place)
    steps = [later - place for later, place in pairwise([i, *places[:2]])]
    in_step = len(steps) == 2 and max(steps) < nearest
    return (0, 0, near) if in_step and near >= best[0] else (*best, 0)


def earlier_anchors(tokens: Sequence[int], kgram: int, nearest: int) -> tuple[list[Anchor], dict[int, int]]:
    """The anchors (first place, later place, tokens) of an article with itself, and each token's source."""
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    source: dict[int, int] = {}
    found: list[Anchor] = []
    runs = grams(tokens, kgram)
    i = indexed = 0
    while i < len(runs):
        for place in range(indexed, i):
            places[runs[place]].insert(0, place)
        indexed = i
        length, place, rhythm = longest_earlier(tokens, i, places[runs[i]][:MOST_PLACES], nearest)
        if length >= kgram:
            pieces = pieces_from_first(source, place, i, length)
            pieces = [piece for piece in pieces if piece[2] >= kgram or piece[2] == length]
            found += pieces
            source |= {later + t: first + t for first, later, n in pieces for t in range(n)}
        i += max(1, length, rhythm)
    return found, source


def pieces_from_first(source: dict[int, int], place: int, i: int, length: int) -> list[Anchor]:
    """A run at `place` and `i`, cut where the places its tokens stood first are not in one row."""
    firsts = [(source.get(place + t), place + t) for t in range(length)]
    origins = [(known is not None, own if known is None else known) for known, own in firsts]
    cuts = [0] + [
        t + 1 for t, (x, y) in enumerate(pairwise(origins)) if x[0] != y[0] or (y[0] and y[1] != x[1] + 1)
    ]
    return [(origins[s][1], i + s, e - s) for s, e in pairwise([*cuts, length])]


NEIGHBOURS = 8


def widened(
    tokens: Sequence[int], chain: Sequence[Anchor], gap: int, fewest: int, bounds: tuple[int, int]
) -> list[Anchor]:
    """A chain and the short runs at its ends, longer than what is passed over for them, within `bounds`."""
    reach = sum(n for _, _, n in chain)
    start, later = chain[0][:2]
    end, later_end = chain[-1][0] + chain[-1][2], chain[-1][1] + chain[-1][2]
    wide = list(chain)
    ahead = tokens[: min(later_end + reach, bounds[1])]
    while end < later:
        run = next_run(tokens[:later], ahead, end, later_end, 1, gap)
        if not run or run[2] >= fewest or run[2] <= max(run[0] - end, run[1] - later_end):
            break
        wide.append(run)
        end, later_end = run[0] + run[2], run[1] + run[2]
    low, floor = max(0, start - reach), max(bounds[0], min(end, later))
    while low < start and floor < later:
        run = next_run(tokens[low:start], tokens[floor:later], start - low, later - floor, -1, gap)
        if not run:
            break
        i, j, n = run[0] + low, run[1] + floor, run[2]
        if n >= fewest or n <= max(start - i, later - j) - n:
            break
        wide.insert(0, (i, j, n))
        start, later = i, j
    return wide


class Block(NamedTuple):
    """A repeated block; its longest run, tokens with others in their stead, echoes in its first place."""

    first: int
    first_end: int
    later: int
    later_end: int
    equal: int
    run: int
    swapped: int
    echoes: int

    @property
    def longer(self) -> int:
        """The tokens of its longer place."""
        return max(self.first_end - self.first, self.later_end - self.later)

    def is_told(self, fewest: int, least_share: float) -> bool:
        """Whether it is a repeat, unless a rhythm."""
        return 2 * self.equal - self.longer >= fewest and self.equal >= least_share * self.longer

    @property
    def is_lines(self) -> bool:
        """Whether its first place is several lines of one frame itself."""
        first, other = self.first_end - self.first, self.longer - self.equal
        return self.echoes > 0.25 * first and self.echoes + other > 0.4 * first

    def is_faint(self, fewest: int) -> bool:
        """Whether it counts as a place of a rhythm."""
        return 3 * self.equal >= 2 * fewest and 2 * self.equal >= self.longer


def to_block(
    tokens: Sequence[int], matches: Sequence[Match], source: dict[int, int], lengths: tuple[int, int]
) -> Block:
    """The block of aligned equal tokens, less what would overlap."""
    later = matches[0][1]
    matches = [match for match in matches if match[0] < later]
    first, (end, later_end) = matches[0][0], matches[-1]
    run, runs, swapped = 1, [1], 0
    for (i, j), (r, c) in pairwise(matches):
        run = run + 1 if (r, c) == (i + 1, j + 1) else 1
        runs.append(run)
        swapped += min(r - i, c - j) - 1
    kgram, far = lengths
    heard = {t for t in range(first, end + 1) if source.get(t, -1) >= first}
    for earlier, t in product(range(first, end + 1), repeat=2):
        if 0 < t - earlier < far and run_at(tokens[: end + 1], t, tokens, earlier) >= kgram:
            heard |= set(range(t, t + kgram))
    return Block(first, end + 1, later, later_end + 1, len(matches), max(runs), swapped, len(heard))


def repeats(tokens: Sequence[int], kgram: int, gap: int, fewest: int, least_share: float) -> list[Passage]:
    """The repeated blocks (first start, end, later start, end, equal tokens) by later start."""
    anchors, source = earlier_anchors(tokens, kgram, fewest)
    scores, before = link(anchors, gap)
    used: set[int] = set()
    blocks: list[Block] = []
    for last in range(len(anchors))[::-1]:
        if last in used:
            continue
        chain = chain_to(last, before, used)
        beside = range(max(0, chain[0] - NEIGHBOURS), chain[0])
        floor = max((anchors[i][1] + anchors[i][2] for i in beside if scores[i] >= fewest), default=0)
        stop = blocks[-1].later if blocks else len(tokens)
        wide = widened(tokens, [anchors[i] for i in chain], gap, fewest, (floor, stop))
        matches = walk(tokens, tokens, wide, range(len(wide)), gap)
        block = to_block(tokens, matches, source, (kgram, fewest))
        if block.is_told(fewest, least_share) or block.is_faint(fewest):
            blocks.append(block)
    return without_rhythms(blocks, fewest, least_share)


def without_rhythms(blocks: Sequence[Block], fewest: int, least_share: float) -> list[Passage]:
    """The blocks that are told, by later start."""
    told = {block for block in blocks if block.is_told(fewest, least_share)}
    kept = apart(sorted(blocks, key=lambda block: block.later), told)
    rhythmic = [block for block in kept if block.run < 2 * fewest]
    dropped = {block for block in rhythmic if block.is_lines}
    for family in families(rhythmic):
        largest = max(block.equal for block in family)
        if is_rhythm([block for block in family if 2 * block.equal >= largest], told):
            dropped |= set(family)
    return [block[:5] for block in kept if block in told - dropped]


def apart(blocks: Iterable[Block], told: set[Block]) -> list[Block]:
    """Blocks in reading order; where the later places of two overlap, one that is told, then the larger."""
    kept: list[Block] = []
    for block in blocks:
        if not kept or block.later >= kept[-1].later_end:
            kept.append(block)
        elif (block in told, block.equal) > (kept[-1] in told, kept[-1].equal):
            kept[-1] = block
    return kept


def families(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks whose first places overlap, each family in reading order."""
    found: list[list[Block]] = []
    for block in sorted(blocks, key=lambda block: block.first):
        if found and block.first < max(other.first_end for other in found[-1]):
            found[-1].append(block)
        else:
            found.append([block])
    return [sorted(family, key=lambda block: block.later) for family in found]


def is_rhythm(family: Sequence[Block], told: set[Block]) -> bool:
    """Whether blocks with overlapping first places are lines of one frame, or a refrain."""
    equal, longer, swapped = map(sum, zip(*((b.equal, b.longer, b.swapped) for b in family), strict=True))
    start, places, surely = family[0].first, len(family) + 1, 1 + sum(block in told for block in family)
    share = equal * places / (places - 1) / (family[-1].later_end - start)
    steps = [then - now for now, then in pairwise([start, *(block.later for block in family)])]
    if share > 0.95:
        return False
    if surely >= 4 and share >= 0.125 and max(steps) <= 4 * min(steps):
        return True
    is_swapped = 2 * swapped >= longer - equal >= (1 - 0.95) * longer
    signs = (surely > 2) + places // 4 + (start >= 60) + is_swapped
    return signs > 1 and share >= (0.33 if surely > 2 else 0.55)


# Joining pairs into clusters.


def assign_leads(
    order: Iterable[int],
    joined: Mapping[int, Iterable[int]],
    apart: Mapping[int, Collection[int]] | None = None,
) -> dict[int, int]:
    """Walk down: who is unassigned becomes a lead and takes the unassigned ones that join it, in their order.

    One that is `apart` from somebody it has taken is left.
    """
    lead_of: dict[int, int] = {}
    for node in order:
        if node not in lead_of:
            lead_of[node] = node
            for other in joined.get(node, ()):
                is_apart = any(lead_of.get(far) == node for far in (apart or {}).get(other, ()))
                if other not in lead_of and not is_apart:
                    lead_of[other] = node
    return lead_of


class Member(NamedTuple):
    """What the ranking knows of a node: its copies, its tokens, its earliest time and first id."""

    copies: int
    tokens: int
    time: int
    rank: int


class Joins(NamedTuple):
    """Pairs of nodes that join: the tokens covered in left and in right, and how alike they are."""

    covered: dict[tuple[int, int], tuple[int, int]]
    alike: dict[tuple[int, int], int]


def clusters(
    nodes: Sequence[Member],
    joins: Joins,
    most: float,
    apart: Collection[tuple[int, int]] = (),
    replaced: Collection[tuple[int, int]] = (),
) -> dict[int, int]:
    """The lead of each node: rank, then walk down.

    Rank by articles joined, by whether one of these replaces it, by words of theirs covered, by how many of
    them are held for the share `most` of their tokens, by time and by id. Whoever is most alike is taken
    first, then by number. `apart`: the pairs that may not share a cluster; `replaced`: (old, new).
    """
    holds = [node.copies - 1 for node in nodes]
    degree = [node.copies - 1 for node in nodes]
    coverage = [(node.copies - 1) * node.tokens for node in nodes]
    joined = defaultdict(list)
    for (left, right), (in_left, in_right) in joins.covered.items():
        joined[left].append((-joins.alike[left, right], right))
        joined[right].append((-joins.alike[left, right], left))
        degree[left] += nodes[right].copies
        degree[right] += nodes[left].copies
        coverage[left] += in_right * nodes[right].copies
        coverage[right] += in_left * nodes[left].copies
        holds[left] += nodes[right].copies * (in_right >= most * nodes[right].tokens)
        holds[right] += nodes[left].copies * (in_left >= most * nodes[left].tokens)
    is_old = [any((n, new) in replaced for _, new in joined[n]) for n in range(len(nodes))]
    ranks = [
        (-degree[n], is_old[n], -coverage[n], -holds[n], node.time, node.rank) for n, node in enumerate(nodes)
    ]
    separate = {n: {a + b - n for a, b in apart if n in (a, b)} for n in range(len(nodes))}
    taken = {n: [other for _, other in sorted(others)] for n, others in joined.items()}
    return assign_leads(sorted(range(len(nodes)), key=ranks.__getitem__), taken, separate)


# Where the story of a cluster comes from.


class Claim(NamedTuple):
    """What is known of a member: its names and those it gives, and what decides where those leave a tie."""

    id: str
    url: str | None
    agency: str | None
    credit: str | None
    prior_ids: Sequence[str]
    addresses: Sequence[str]
    time: int
    coverage: int
    rank: int


def standing(member: Claim, cluster: Sequence[Claim]) -> tuple[int, int, int, int, int]:
    """What speaks for a member, by link, credit, time, coverage and id; the least had the story first."""
    others = [other for other in cluster if other is not member]
    ids = {other.id for other in others} - {member.id}
    links = sum(member.id in other.prior_ids for other in others if other.id != member.id)
    links += sum(member.url in other.addresses for other in others if member.url not in (None, other.url))
    replaces = not ids.isdisjoint(member.prior_ids)
    votes = sum(other.credit == member.agency != other.agency for other in others if member.agency)
    return -links * (not replaces), -votes, member.time, -member.coverage, member.rank


def origin(cluster: Sequence[Claim]) -> tuple[int, int]:
    """The member that had the story first, and which of link, credit, time, coverage and id decided it."""
    first, second, *_ = sorted(range(len(cluster)), key=lambda n: standing(cluster[n], cluster))
    told = zip(standing(cluster[first], cluster), standing(cluster[second], cluster), strict=True)
    return first, next(number for number, (one, other) in enumerate(told) if one != other)


def longest_outside(inside: Sequence[bool]) -> int:
    """The longest run of tokens outside of boilerplate."""
    return max((len(list(run)) for is_in, run in groupby(inside) if not is_in), default=0)


def outside_around(inside: Sequence[bool], first: int, last: int) -> list[int]:
    """How many tokens outside of boilerplate stand before, in and behind a place."""
    return [list(part).count(False) for part in (inside[:first], inside[first:last], inside[last:])]
