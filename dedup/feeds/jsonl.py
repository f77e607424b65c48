"""JSON lines: one object per line; a record's number is its line's."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from msgspec.structs import astuple

from dedup.errors import FeedError
from dedup.feeds.build import optional, plain, unusable
from dedup.feeds.compression import Damaged, packed_file
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.decoding import DOCUMENTS, UNREADABLE, Lines, json_lines
from dedup.feeds.fields import LOOKED_AT, choose, told
from dedup.feeds.lines import NOT_UTF8, mark_of
from dedup.feeds.raw import NO_RECORD, Raw, lines_and_tail, write_raw
from dedup.feeds.seldom import Seldom
from dedup.feeds.sources import Source

NAME = "JSON lines"
SUFFIXES: tuple[str, ...] = (".jsonl", ".ndjson")
INTO_FOLDER = False

_UNNAMEABLE = re.compile(r'["\\\x00-\x1f]')  # what msgspec takes in no key

_Values = dict[str, Sequence[Any]]
"""What the records of a block hold under each key."""


def read(sources: Sequence[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
    """One batch per some blocks of lines."""
    for source in sources:
        keys = _keys(source, options)
        if keys is None:  # every line is a reject, and which field is missed makes no odds
            chosen = {"text": "text"}
        else:
            try:
                chosen = choose(keys, options.fields, source.name)
            except FeedError as error:
                if source.form not in DOCUMENTS:
                    raise
                tally.reject(source, None, str(error).removeprefix(f"{source.name}: "))
                continue
            tally.chose(source, told(chosen))
        columns = _Columns(source, chosen, tally)
        try:
            blocks = json_lines(source, options, columns.decoder.too_long, tally.seen)
            for records, numbers in columns.decoder.batches(blocks):
                yield columns.batch(records, numbers)
        except Damaged as damage:
            columns.decoder.cut_off(damage)


def _keys(source: Source, options: FeedOptions) -> list[str] | None:
    """The keys of the first records in the order they are met, or None where no line is an object.

    Goes on past the first records for as long as a named field has not been met.
    """
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    wanted = set(options.fields.values())
    keys: dict[str, None] = {}
    met = 0
    try:
        for block in json_lines(source, options, lambda: None):  # told when the line is read
            for line in block.split(b"\n"):
                try:
                    keys.update(dict.fromkeys(decode(line)))
                except UNREADABLE:  # told when the line is read
                    continue
                met += 1
                if met >= LOOKED_AT and wanted <= keys.keys():
                    return list(keys)
    except Damaged:  # told when the source is read
        pass
    return list(keys) if met else None


class _Columns:
    """Turns the blocks of one source into batches."""

    def __init__(self, source: Source, chosen: dict[str, str], tally: Tally) -> None:
        self._source = source
        self._tally = tally
        self._chosen = chosen
        self._seldom = Seldom(chosen)
        self._told: set[str] = set()
        self._keys = list(dict.fromkeys([*chosen.values(), *self._seldom.names]))
        record = _record(self._keys, chosen["text"], source.name)
        self.decoder = Lines(source, tally, record, partial(reason, text_key=chosen["text"]))

    def batch(self, records: list[Any], numbers: Sequence[int]) -> pa.RecordBatch:
        """The columns of some records."""
        # All keys at once: one by one, those looked for in vain took 2 % of the time of reading.
        values: _Values = dict.fromkeys(self._keys, ())
        values |= zip(self._keys, zip(*map(astuple, records), strict=True), strict=False)
        try:
            texts = pa.array(values[self._chosen["text"]], pa.large_string())
        except pa.ArrowTypeError:  # some have no text, which msgspec leaves UNSET
            values, numbers = self._with_text(values, numbers)
            texts = pa.array(values[self._chosen["text"]], pa.large_string())
        columns = {
            field: optional(field, found, self._tally.counts)
            for field, found in self._of_fields(values).items()
            if field != "text"
        }
        return pa.RecordBatch.from_pydict(
            {
                "input": pa.repeat(pa.scalar(self._source.index, pa.int32()), len(texts)),
                "record": pa.array(numbers, pa.int64()),
                "text": texts,
                **columns,
            }
        )

    def _with_text(self, values: _Values, numbers: Sequence[int]) -> tuple[_Values, list[int]]:
        """The values of the records that have a text or say that they are killed, which needs none."""
        texts = values[self._chosen["text"]]
        status = self._of_fields(values).get("status", [None] * len(texts))
        killed = unusable(pa.array(map(plain, status), pa.string())).is_valid().to_pylist()
        stay = []
        for place, number in enumerate(numbers):
            if texts[place] is msgspec.UNSET and not killed[place]:
                reason = f"it has no field {self._chosen['text']!r}"
                self._tally.reject(self._source, int(number), reason)
            else:
                stay.append(place)
        values = {
            key: [None if column[place] is msgspec.UNSET else column[place] for place in stay]
            for key, column in values.items()
        }
        return values, [int(numbers[place]) for place in stay]

    def _of_fields(self, values: _Values) -> _Values:
        """The values of each field that the records have."""
        found = {field: values[key] for field, key in self._chosen.items()}
        for field, late, names in self._seldom.met(values):
            found[field] = late
            for name in names:
                if name not in self._told:
                    self._tally.chose(self._source, f"{field} from {name!r}")
            self._told.update(names)
        return found


def _record(keys: list[str], text_key: str, where: str) -> type[msgspec.Struct]:
    """A struct that holds some keys of a line, in this order."""
    attributes = {key: f"key{place}" for place, key in enumerate(keys)}
    fields: list[tuple[str, Any, Any]] = [
        (attribute, str | None | msgspec.UnsetType, msgspec.UNSET)
        if key == text_key
        else (attribute, Any, None)
        for key, attribute in attributes.items()
    ]
    names = {attribute: key for key, attribute in attributes.items()}
    try:
        # gc=False: a record lives for one block and holds no cycles, so the collector need not see it.
        record = msgspec.defstruct("Record", fields, rename=names, gc=False)
    except ValueError as error:
        raise FeedError(
            f"{where}: a field whose name holds a quote, backslash or control character cannot be read: "
            f"{', '.join(repr(key) for key in keys if _UNNAMEABLE.search(key))}; rename it in the input"
        ) from error
    return record


_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number")


def reason(line: bytes, error: Exception, text_key: str) -> str:
    """Why a line is no record, in words."""
    try:
        value = msgspec.json.decode(line)
    except UnicodeDecodeError as bad:
        return f"it is not UTF-8: byte 0x{bad.object[bad.start]:02x} in a text{NOT_UTF8}"
    except RecursionError:
        return "its JSON is nested too deeply"
    except msgspec.DecodeError as bad:
        why = str(bad).removeprefix("JSON is malformed: ").partition(" - at ")[0]
        return f"it is not JSON: {why[0].lower()}{why[1:]}"
    if not isinstance(value, dict):
        return f"it is not a JSON object but {_kind(value)}"
    if isinstance(value.get(text_key), (str, type(None))):
        return f"it cannot be decoded: {error}"
    return f"its field {text_key!r} is not a text but {_kind(value[text_key])}"


def check_fit(sources: Sequence[Source]) -> None:
    """Lines of any JSON fit together."""
    del sources


def copy(sources: Sequence[Source], dropped: Sequence[Collection[int]], out: Path) -> int:
    """Raw lines; a blank one is copied and not counted."""
    with packed_file(out) as file:
        file.write(mark_of(sources[0]))
        return write_raw([_raw(source) for source in sources], dropped, file)


def _raw(source: Source) -> Iterator[Raw]:
    number = 0
    for block in lines_and_tail(source):
        for line in io.BytesIO(block):
            number += 1
            yield (number if line.strip() else NO_RECORD, line)
