"""Generated token arrays and texts: small alphabets, so that repeats happen, and copies with edits."""

from __future__ import annotations

from hypothesis import strategies as st

Tokens = list[int]

# Letters that fold, marks kept and dropped, scripts without spaces, and all that may stand inside a token.
CHARS = "aUsßÉﬁ’'.,-+−37 \u200b\n\u0640\u064eא\u05b8한が゙ｶﾞก\u0e34कि½²ⅧŉӢ\ufe0f\u20e3👍\u200d．０漢"


def tokens(max_size: int = 60) -> st.SearchStrategy[Tokens]:
    """Token arrays over 1 to 40 different tokens, half of them long: hypothesis itself makes few such."""
    return st.tuples(st.sampled_from([1, 2, 3, 8, 40]), st.sampled_from([0, max_size // 2])).flatmap(
        lambda of: st.lists(st.integers(1, of[0]), min_size=of[1], max_size=max_size)
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Tokens, Tokens]:
    """Two articles: the second is another one, or the first with some stretches replaced."""
    a, other = draw(tokens()), draw(tokens())
    if draw(st.sampled_from(["another", "edited"])) == "another":
        return a, other
    b = list(a)
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(b)))
        b[at : at + draw(st.integers(0, 5))] = draw(st.lists(st.integers(1, 50), max_size=5))
    return a, b


@st.composite
def in_step(draw: st.DrawFn) -> tuple[Tokens, Tokens]:
    """Two articles that share pieces in the same order, between words of their own, each token once."""
    sizes = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), max_size=6))
    a: Tokens = []
    b: Tokens = []
    fresh = 0
    for common, only_a, only_b in sizes:
        for size, sides in ((common, (a, b)), (only_a, (a,)), (only_b, (b,))):
            for side in sides:
                side.extend(range(fresh, fresh + size))
            fresh += size
    return a, b


@st.composite
def pasted(draw: st.DrawFn) -> Tokens:
    """An article in which stretches of it stand again, sometimes with a token changed."""
    article = draw(tokens(40))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(article)))
        piece = article[start : start + draw(st.integers(0, 30))]
        is_changed = draw(st.booleans())
        if piece and is_changed:
            piece[draw(st.integers(0, len(piece) - 1))] = 99
        at = draw(st.integers(0, len(article)))
        article[at:at] = piece
    return article


texts = st.text(st.sampled_from(CHARS), max_size=12) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=12
)


def flags(size: int) -> st.SearchStrategy[list[bool]]:
    """Which of `size` tokens are boilerplate, in runs."""
    runs = st.tuples(st.booleans(), st.lists(st.integers(1, 14), min_size=2, max_size=9))
    return runs.map(
        lambda of: [of[0] ^ bool(at % 2) for at, run in enumerate([*of[1], size]) for _ in range(run)][:size]
    )


@st.composite
def maybe_flags(draw: st.DrawFn, *articles: Tokens) -> list[list[bool]]:
    """Which tokens of some articles are boilerplate: none in half of the examples."""
    if draw(st.booleans()):
        return [draw(flags(len(article))) for article in articles]
    return [[False] * len(article) for article in articles]
