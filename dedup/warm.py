"""Compiles kernels ahead of a first run, in processes of their own while the run reads and sketches.

    python -m dedup.warm PART

Numba compiles on one core at a time, and what one process has compiled the others load from the user's cache
folder. A part calls the stages of a run, in place of its own kernels, on a few made-up articles.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dedup.kernels.jit import cache_folder, is_cold
from dedup.kernels.lines import add_sizes, put_cells
from dedup.kernels.sketch import kgrams
from dedup.kernels.stretches import unite_all
from dedup.pairs import FORM, Pairs
from dedup.places import find_spots
from dedup.provenance import Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages import candidates
from dedup.stages.boilerplate import learn, set_aside
from dedup.stages.cluster import Facts, cluster
from dedup.stages.compare import compare
from dedup.stages.form import are_forms
from dedup.stages.repeats import repeats
from dedup.stages.template import Kinds, are_framed, are_templates
from dedup.texts import Texts, block_of

_ARTICLES, _OWN, _FOOTER = 8, 60, 30  # and their tokens: enough that the footer is learnt
_SETTINGS = Settings(threads=1, boilerplate=2)


def _made_up() -> tuple[Nodes, Provenance]:
    """Articles of words of their own and a footer; the signatures are all alike."""
    size = _OWN + _FOOTER
    own = np.arange(_ARTICLES * _OWN, dtype=np.uint32).reshape(_ARTICLES, _OWN) + _FOOTER
    footer = np.tile(np.arange(_FOOTER, dtype=np.uint32), (_ARTICLES, 1))
    ends = np.arange(1, _ARTICLES + 1) * size
    counts = np.full(_ARTICLES, size, np.int32)
    every = np.arange(_ARTICLES)
    nodes = Nodes(
        of_article=every,
        members=every,
        member_starts=np.arange(_ARTICLES + 1),
        counts=counts,
        signatures=np.zeros((_ARTICLES, _SETTINGS.permutations), np.uint32),
        tokens=np.concatenate([own, footer], axis=1).reshape(-1),
        token_spans=np.stack([ends - size, ends], axis=1),
        prints=np.zeros(_ARTICLES, np.uint32),
        print_spans=np.stack([every, every + 1], axis=1),
        boilerplate=np.zeros(ends[-1], np.bool_),
        own=counts,
    )
    texts = Texts(pa.chunked_array([pa.array([" ".join(["Word"] * size)] * _ARTICLES, pa.large_string())]))
    known = Provenance(
        texts=texts,
        article=every,
        times=np.zeros(_ARTICLES, np.int64),
        printed=every << 32,
        titles=np.full(_ARTICLES, -1, np.int32),
        tagged=np.zeros(_ARTICLES, np.bool_),
        replaced=np.empty(0, np.int64),
        tells_sources=True,
    )
    return nodes, known


def _compare() -> None:
    nodes, _ = _made_up()
    compare(nodes, *np.triu_indices(_ARTICLES, 1), _SETTINGS)
    repeats(nodes, _SETTINGS)


def _learn() -> None:
    nodes, known = _made_up()
    grams = np.empty(_FOOTER, np.uint32)
    kgrams(nodes.tokens[_OWN : _OWN + _FOOTER], _SETTINGS.kgram, grams)
    nodes = replace(nodes, prints=np.full(_ARTICLES, grams[0]))
    every = np.ones(_ARTICLES, np.bool_)
    groups = np.arange(_ARTICLES, dtype=np.int32)
    bands = candidates.band_lists(nodes, _SETTINGS)
    candidates.first_of_lists(nodes, bands)
    runs = learn(nodes, candidates.print_entries(nodes, every), groups, known, _SETTINGS)
    unite_all(groups, groups)  # what several blocks of nodes found
    nodes = set_aside(nodes, runs, _SETTINGS)
    candidates.share_band(nodes, bands, groups, every)
    candidates.share_fingerprints(nodes, groups, every, _SETTINGS)
    candidates.open_links(nodes, np.triu_indices(_ARTICLES, 1), _SETTINGS)


def _relate() -> None:
    nodes, known = _made_up()
    left, right = np.triu_indices(_ARTICLES, 1)
    passage = np.tile(np.array([[0, 9, 0, 9, 9]], np.int32), (left.size, 1))
    find_spots(known.texts, left, passage[:, :2].copy(), 1)
    figures = np.full((left.size, FORM + 1), _OWN, np.int32)
    pairs = Pairs(left, right, figures, passage, np.arange(left.size + 1))
    are_framed(nodes, pairs, known, 1)
    are_templates(nodes, pairs, known, Kinds(nodes, known), _SETTINGS)
    are_forms(nodes, pairs, np.arange(len(pairs)))
    none = np.zeros(len(pairs), np.bool_)
    facts = Facts(known.times, np.arange(_ARTICLES))
    cluster(nodes, pairs, (~none, none), known.replaced, facts, _SETTINGS.threshold)
    cells, places = block_of(pa.array(["a"], pa.large_string())), np.zeros(1, np.int64)
    add_sizes(cells.offsets, figures[:0, 0].copy(), places)
    put_cells(cells.data, cells.offsets, figures[:0, 0].copy(), 0, places, np.empty(2, np.uint8))


# A third of the time each. A kernel that two of them call is compiled in both.
PARTS: dict[str, Callable[[], None]] = {"compare": _compare, "learn": _learn, "relate": _relate}


@contextmanager
def compiling(say: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Compile ahead where nothing is compiled yet and the cache can be written; gives what waits for the end.

    `say` is told in one line that it takes a while.
    """
    if not is_cold():
        yield lambda: None
        return
    say("compiling, once for this version of dedup and this machine")
    parts = []
    if cache_folder("align") is not None:
        parts = [subprocess.Popen([sys.executable, "-m", "dedup.warm", part]) for part in PARTS]

    def wait() -> None:
        for part in parts:
            part.wait()  # what it did not do is compiled when it is needed

    try:
        yield wait
    finally:
        for part in parts:
            part.kill()
        wait()


if __name__ == "__main__":
    gc.disable()  # a tenth of the time, and no part needs more than a few hundred MB
    PARTS[sys.argv[1]]()
