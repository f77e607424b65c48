"""Folding: what counts as the same word in every script, and where the words stand in the text."""

from __future__ import annotations

import sys
import unicodedata
from itertools import combinations
from typing import Literal

import pytest

import dedup
from dedup import folding
from dedup.kernels import tokens as kernel
from tests import reference
from tests.kernels.calls import shingles, tokenize

ASSIGNED = [
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")  # no meaning, no common meaning, no UTF-8
]
REGULAR = ("CJK UNIFIED IDEOGRAPH-", "HANGUL SYLLABLE ")  # one like the other: every fiftieth stands for all
TELLING = [
    char
    for place, char in enumerate(ASSIGNED)
    if place % 50 == 0 or not unicodedata.name(char, REGULAR[0]).startswith(REGULAR)
]
BATCH = 1000

CONTEXTS = {
    "alone": "{}",
    "between letters": "a{}b n’{}’n x.{}.y",
    "beside numbers": "7{} -{} 漢{}3",
    "between marks": "שׁ{}\u0301\u05b8 o\u0308{}\u0301",
}
Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, Form] = ("NFC", "NFD")

SAMPLES = {
    "Latin": "Ça sera très bientôt l’été à Zürich, où Ångström déjeuna; ǅ Ñandú Łódź Çeşme",
    "Greek": "Η κυβέρνηση ανακοίνωσε μέτρα· Ἐν ἀρχῇ ἦν ὁ λόγος, τὸ ἆθλον",
    "Cyrillic": "Йод и ёлка стоят дёшево, її ґанок, Ѓорѓи ќе дојде",
    "Vietnamese": "Chính phủ vừa công bố kế hoạch hỗ trợ người dân ở những vùng bị ngập lụt",
    "Arabic": "قَالَ الوَزِيرُ إنَّ المُؤتَمَرَ سَيُعقَدُ في القُرآن آب أؤئ",
    "Hebrew": "שָׁלוֹם עֲלֵיכֶם, אמר השר בירושלים לצה״ל ולח׳",
    "Devanagari": "हिन्दी में क़लम और ज़मीन की ख़बर, ऩ ऱ ऴ",
    "Bengali": "বাংলা খবরের কাগজে কোনো ছবি নেই, য়ে ড়",
    "Thai": "น้ำท่วมกรุงเทพฯ เมื่อวานนี้",
    "Han": "政府宣布了新的計劃。凞 﨑 豈 切",
    "Kana": "がぎぐ パピプペポ ゔ ヷ ゞ 〴゙",
    "half-width kana": "ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟ ﾃﾚﾋﾞ",
    "Hangul": "한국 경제가 성장했다. 값싼 닭",
    "emoji": "👍🏽 👩\u200d👩\u200d👧 🇺🇦 1\ufe0f\u20e3 ☀\ufe0f 🏴\U000e0067\U000e007f é",
    "mixed": "한국cafe\u0301 שde\u0301 नaï がé",
}


def hashes(text: str) -> list[int]:
    return [hashed for hashed, _, _ in tokenize(text)]


def twin(text: str) -> list[tuple[int, int, int]]:
    return [(reference.token_hash(t.fold), t.start, t.end) for t in reference.tokenise(text)]


def in_form(context: str, form: Form) -> dict[str, str]:
    """A line for each code point; of those decomposed only the ones that composed are written otherwise."""
    chars = ASSIGNED if context == "{}" else TELLING
    lines = {char: unicodedata.normalize(form, context.replace("{}", char)) for char in chars}
    return {
        char: line
        for char, line in lines.items()
        if form == "NFC" or not unicodedata.is_normalized("NFC", line)
    }


def differing(context: str, form: Form) -> list[str]:
    """The code points that the kernel reads in this context in another way than the twin does."""
    wrong = []
    lines = list(in_form(context, form).items())
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        text = "\n".join(line for _, line in batch)
        if tokenize(text) != twin(text):
            wrong += [
                f"U+{ord(char):04X} {unicodedata.name(char, '')}"
                for char, line in batch
                if tokenize(line) != twin(line)
            ]
    return wrong


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("context", CONTEXTS)
def test_every_assigned_code_point_is_read_as_its_twin_reads_it(context: str, form: Form) -> None:
    assert differing(CONTEXTS[context], form) == []


def test_every_assigned_code_point_gives_the_same_tokens_composed_and_decomposed() -> None:
    def forms(char: str) -> tuple[str, str]:
        return unicodedata.normalize("NFC", f"x{char}y"), unicodedata.normalize("NFD", f"x{char}y")

    pairs = [(char, *forms(char)) for char in ASSIGNED]
    wrong = [char for char, nfc, nfd in pairs if nfc != nfd and hashes(nfc) != hashes(nfd)]
    assert [unicodedata.name(char) for char in wrong] == []


def test_classes_have_the_same_numbers_in_the_table_and_in_the_kernel() -> None:
    names = [name for name in dir(kernel) if name.isalpha() and isinstance(getattr(kernel, name), int)]
    assert len(names) == 10
    assert {name: getattr(kernel, name) for name in names} == {n: getattr(folding, n) for n in names}


@pytest.mark.parametrize("script", SAMPLES)
def test_composed_and_decomposed_text_gives_the_same_tokens(script: str) -> None:
    text = SAMPLES[script]
    nfc, nfd = (unicodedata.normalize(form, text) for form in FORMS)
    assert hashes(nfc) == hashes(nfd) == hashes(text)
    assert hashes(text)


@pytest.mark.parametrize("text", ["τῷ", "ᾅδῃ", "ᾼ"])
def test_an_iota_below_drops_like_every_mark_on_a_greek_letter(text: str) -> None:
    nfd = unicodedata.normalize("NFD", text)
    assert hashes(text) == hashes(nfd) == [hashed for hashed, _, _ in twin(nfd)]


def test_marks_that_change_places_when_decomposed_give_the_same_tokens() -> None:
    text = "\u0623\u0656"  # alef with hamza above, and a small alef below
    assert hashes(unicodedata.normalize("NFC", text)) == hashes(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("script", SAMPLES)
def test_tokens_stand_where_the_twin_says(script: str) -> None:
    for form in FORMS:
        text = unicodedata.normalize(form, SAMPLES[script])
        found = [text[start:end] for _, start, end in tokenize(text)]
        assert found == [text[token.start : token.end] for token in reference.tokenise(text)]
        assert not any(char.isspace() for token in found for char in token)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("end.Next", ["end", "Next"]),
        ("O’Neil’s “don't”", ["O’Neil’s", "don't"]),
        ("the U.S. won", ["the", "U.S", "won"]),
        ("COVID-19 10-12 3rd", ["COVID", "19", "10", "12", "3rd"]),
        ("-3.5, 1,234.5.", ["-3.5", "1,234.5"]),
        ("👍🏽ok👩\u200d👧no", ["ok", "no"]),
        ("de\u0301ja\u0300 vu", ["de\u0301ja\u0300", "vu"]),
        ("漢字ab", ["漢", "字", "ab"]),
        ("น้ำใจ", ["น้ำ", "ใ", "จ"]),
        ("ｶﾞｽ", ["ｶﾞ", "ｽ"]),
        ("한국 경제", ["한국", "경제"]),
        ("العـــرب", ["العـــرب"]),
        ("so\u00adft wo\u200brd", ["so\u00adft", "wo\u200brd"]),
        ("1\ufe0f\u20e3 2", ["1", "2"]),
        ("rock ’n’ roll", ["rock", "n", "roll"]),
        ("J.K. Rowling, e.g. a.m.", ["J.K", "Rowling", "e.g", "a.m"]),
    ],
)
def test_a_text_is_cut_into_these_words(text: str, words: list[str]) -> None:
    assert [text[start:end] for _, start, end in tokenize(text)] == words


@pytest.mark.parametrize(
    "spellings",
    [
        ["don't", "dont", "don’t", "DON`T", "Don\u02bct"],
        ["U.S.", "US", "us", "u.s", "Ｕ.Ｓ."],
        ["e.g.", "eg", "E.G."],
        ["O’Neil", "ONeil", "o'neil"],
        ["café", "CAFE", "cafe\u0301", "ｃａｆé"],
        ["straße", "STRASSE", "ſtraſſe", "STRAẞE"],
        ["ﬁne", "fine", "f\u200bine", "fi\u00adne"],
        ["-3.5", "−3.5", "－３．５"],
        ["1,234.5", "１，２３４．５"],
        ["COVID-19", "covid 19", "Covid–19", "covid/19"],
        ["10-12", "10 12", "10–12"],
        ["Ёлка", "елка", "ЁЛКА"],
        ["Ἀθήνα", "αθηνα", "ΑΘΗΝΑ"],
        ["τῷ", "τω", "ΤΩ"],
        ["İstanbul", "istanbul", "ISTANBUL"],
        ["قَالَ", "قال", "قـــال", "قَالَ"],
        ["القُرآن", "القرآن"],
        ["ガス", "ｶﾞｽ", "カ\u3099ス"],
        ["パリ", "ﾊﾟﾘ"],
        ["한국", unicodedata.normalize("NFD", "한국")],
        ["क़लम", "क़लम"],
        ["ok", "👍🏽ok", "ok 👩\u200d👩\u200d👧\u200d👦", "🇺🇦 ok", "ok\ufe0f"],
        ["1\ufe0f\u20e3", "1"],
        ["Ⅷ", "viii", "VIII"],
        ["25 ㎏", "25 kg"],
    ],
    ids=lambda spellings: str(spellings[0]),
)
def test_spellings_of_one_word_are_the_same(spellings: list[str]) -> None:
    assert len({tuple(hashes(spelling)) for spelling in spellings}) == 1
    assert hashes(spellings[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("한국 경제", "학교 김장"),
        ("की", "क"),
        ("की", "कि"),
        ("がく", "かく"),
        ("パス", "バス"),
        ("ที่", "ทิ"),
        ("-3.5", "3.5"),
        ("3.5", "35"),
        ("1,234.5", "1.234,5"),
        ("end.Next", "endNext"),
        ("3rd", "3 rd"),
        ("we're", "we re"),
        ("آب", "اب"),
        ("漢字", "汉字"),
        ("x2", "x3"),
    ],
)
def test_other_words_are_not_the_same(one: str, other: str) -> None:
    assert hashes(one) != hashes(other)


SENTENCES = {
    "Chinese": [
        "市政府星期三宣布将在明年春天翻修老火车站前的广场",
        "足球队在雨中以三比一获胜并进入半决赛",
        "研究人员发现高山湖泊里的鱼类数量正在缓慢回升",
        "银行下调贷款利率以后房屋交易仍然冷清",
    ],
    "Korean": [
        "시청은 수요일에 내년 봄 옛 기차역 앞 광장을 새로 꾸미겠다고 밝혔다",
        "축구 대표팀이 빗속에서 세 골을 넣고 준결승에 올랐다",
        "연구진은 높은 산 호수에 사는 물고기가 천천히 늘고 있다고 말했다",
        "은행이 대출 금리를 내렸지만 집을 사려는 사람은 여전히 드물다",
    ],
}
MORE = {
    "Chinese": ["工程预计持续八个月", "附近商店照常营业", "居民可以在周末提出意见"],
    "Korean": [
        "공사는 여덟 달쯤 걸릴 것으로 보인다",
        "가까운 가게들은 그대로 문을 연다",
        "주민은 주말에 의견을 낼 수 있다",
    ],
}


@pytest.mark.parametrize("language", SENTENCES)
def test_unrelated_sentences_share_no_shingle(language: str) -> None:
    for one, other in combinations(SENTENCES[language], 2):
        assert not set(shingles(hashes(one))) & set(shingles(hashes(other)))


@pytest.mark.parametrize("language", SENTENCES)
def test_unrelated_articles_are_not_told_and_an_edited_one_is(language: str) -> None:
    first, *others = SENTENCES[language]
    story = "。".join([first, *MORE[language]])
    edited = "。".join([first, *MORE[language][:-1]])
    texts = {"edited": unicodedata.normalize("NFD", edited), "story": story}
    texts["other"] = "。".join(others)
    found = dedup.find_duplicates([{"id": name, "text": text} for name, text in texts.items()])
    assert set(found.clusters["article_id"]) == {"story", "edited"}
    assert list(zip(found.pairs["a_id"], found.pairs["b_id"], strict=True)) == [("edited", "story")]
