"""Text tables: bytes into text, text into records, whatever the encoding and the delimiter.

A French spreadsheet writes ``;`` and windows-1252 or UTF-8 with a byte-order mark; an open-data
portal writes ``,`` and UTF-8; somebody pastes a row of one into the other. What was recognised is
said beside the records, in French, for the planner whose file it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from epn_geo.errors import DataError

Records = list[list[str]]

_DELIMITERS = {",": "virgule", ";": "point-virgule", "\t": "tabulation", "|": "barre verticale"}
_BOMS = (  # UTF-32 first: its mark begins like that of UTF-16
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_NAMES = {
    "utf-8": "",
    "utf-8-sig": "UTF-8 avec marque d’ordre",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
}
_SEP_LINE = re.compile(r'\A"?sep=(.)"?(?:\r\n|\r|\n)')
_LONGEST_NAME = 200  # characters: a column is called nothing longer
_HEADER_SEARCH = 20  # records at the top of a sheet among which the header is looked for


class Delimited(NamedTuple):
    """The records of a text table, and what was recognised to read them."""

    records: Records
    notes: list[str]


def read_delimited(data: bytes, name: str, is_known: Callable[[str], bool]) -> Delimited:
    r"""Read a text table, whatever its encoding and delimiter.

    Parameters
    ----------
    data
        The file's content.
    name
        The file's name, for messages.
    is_known
        Tells whether a text is the name of a column: the delimiter is the one that shows most.

    Returns
    -------
    Delimited
        One record per row of the table (blank rows are empty records), and notes in French on
        what differs from UTF-8 with commas.

    Raises
    ------
    DataError
        If the content is not text, or a quote opened in it is never closed.

    Examples
    --------
    >>> read = read_delimited(b"nom;ville\nL'\xe9cole;Flers\n", "a.csv", {"nom"}.__contains__)
    >>> read.records
    [['nom', 'ville'], ["L'école", 'Flers']]
    >>> read.notes
    ['encodage windows-1252', 'séparateur point-virgule']
    """
    text, encoding = decode(data, name)
    text, delimiter = _delimiter(text, is_known)
    notes = [f"encodage {encoding}"] if encoding else []
    if delimiter != ",":
        notes.append(f"séparateur {_DELIMITERS.get(delimiter, delimiter)}")
    return Delimited(_parse(text, delimiter, name), notes)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Give the text of a file, and the name of its encoding when it is not plain UTF-8.

    Parameters
    ----------
    data
        The file's content.
    name
        The file's name, for messages.

    Returns
    -------
    tuple of str
        The text and the encoding's name, empty for UTF-8.

    Raises
    ------
    DataError
        If the content is not text.

    Examples
    --------
    >>> decode("Sées".encode("cp1252"), "a.csv"), decode("Sées".encode("utf-16"), "a.csv")
    (('Sées', 'windows-1252'), ('Sées', 'UTF-16'))
    """
    codec = _unicode_codec(data)
    if codec.startswith("utf-8") and _looks_binary(data):
        raise DataError(f"{name}: this is not a text file. Give a CSV, XLSX, JSON or GeoPackage.")
    try:
        return data.decode(codec), _NAMES[codec]
    except UnicodeDecodeError:
        if not codec.startswith("utf-8"):
            raise DataError(f"{name}: the file is cut or damaged ({_NAMES[codec]}).") from None
    return _decode_by_line(data)


def _unicode_codec(data: bytes) -> str:
    """Give the codec that the first bytes announce: by their mark, or by the zeros of UTF-16."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return codec
    head = data[:4096]
    if len(head) >= 4:
        even, odd = head[::2].count(0) / len(head), head[1::2].count(0) / len(head)
        if odd > 0.3 and even < 0.05:
            return "utf-16-le"
        if even > 0.3 and odd < 0.05:
            return "utf-16-be"
    return "utf-8"


def _looks_binary(data: bytes) -> bool:
    """Tell whether too many control characters stand in the bytes for a text (a stray one may)."""
    head = data[:65536]
    controls = len(head) - len(head.translate(None, bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))))
    return controls > 2 and controls > 0.02 * len(head)


def _decode_by_line(data: bytes) -> tuple[str, str]:
    """Decode lines that are UTF-8 as such, and the others as windows-1252."""
    mixed = False
    lines = []
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            text = line.decode("utf-8")
            mixed = mixed or not line.isascii()
        except UnicodeDecodeError:
            # The five bytes windows-1252 leaves undefined are read as ISO 8859-1 does.
            text = "".join(_windows_1252(byte) for byte in line)
        lines.append(text)
    name = "mêlé, UTF-8 et windows-1252" if mixed else "windows-1252"
    return "\n".join(lines), name


def _windows_1252(byte: int) -> str:
    one = bytes([byte])
    return chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else one.decode("cp1252")


def _delimiter(text: str, is_known: Callable[[str], bool]) -> tuple[str, str]:
    """Give the text without an Excel ``sep=`` line, and its delimiter."""
    if announced := _SEP_LINE.match(text):
        return text[announced.end() :], announced[1]
    sample = list(io.StringIO(text[:65536], newline=""))[:60]
    scores = {delimiter: _score(sample, delimiter, is_known) for delimiter in _DELIMITERS}
    return text, max(scores, key=lambda delimiter: scores[delimiter])


def _score(
    sample: list[str], delimiter: str, is_known: Callable[[str], bool]
) -> tuple[int, float, int]:
    """Say how well a delimiter explains the first lines: names found, regularity, columns."""
    records = [record for record in csv.reader(sample, delimiter=delimiter) if record]
    if not records:
        return 0, 0.0, 0
    names = max(
        sum(is_known(cell) for cell in record if len(cell) <= _LONGEST_NAME)
        for record in records[:_HEADER_SEARCH]
    )
    width, count = Counter(map(len, records)).most_common(1)[0]
    return names, count / len(records) if width > 1 else 0.0, width


def _parse(text: str, delimiter: str, name: str) -> Records:
    """Split a text into records."""
    lines = list(io.StringIO(text, newline=""))
    usual = csv.field_size_limit()
    csv.field_size_limit(max(usual, len(text) + 1))
    try:
        return list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return _parse_loosely(lines, delimiter, name)
    finally:
        csv.field_size_limit(usual)


def _parse_loosely(lines: list[str], delimiter: str, name: str) -> Records:
    """Split a text whose quotes are not all well placed, as long as none swallows other lines."""
    reader = csv.reader(lines, delimiter=delimiter)
    records: Records = []
    start = 0
    for record in reader:
        if reader.line_num - start > 1 and not _well_quoted(
            lines[start : reader.line_num], delimiter
        ):
            raise DataError(
                f'{name}, line {start + 1}: a quote (") is opened and not closed before the end '
                "of the cell, so the lines after it cannot be told apart. Close it or remove it."
            )
        records.append(record)
        start = reader.line_num
    return records


def _well_quoted(lines: list[str], delimiter: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
