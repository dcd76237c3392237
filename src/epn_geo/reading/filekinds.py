"""What a file is: by its content first, and refused when its name says otherwise."""

from __future__ import annotations

import json
import zipfile
import zlib
from errno import EACCES
from pathlib import Path

from epn_geo.errors import DataError, did_you_mean

_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "csv": ("a text table", (".csv", ".txt", ".tsv", ".tab")),
    "xlsx": ("an Excel workbook", (".xlsx", ".xlsm")),
    "xls": ("an Excel workbook of before 2007", (".xls",)),
    "xlsb": ("a binary Excel workbook", (".xlsb",)),
    "ods": ("a LibreOffice spreadsheet", (".ods",)),
    "json": ("JSON", (".json", ".geojson")),
    "gpkg": ("a GeoPackage", (".gpkg", ".sqlite")),
    "shp": ("a Shapefile", (".shp",)),
    "zip": ("a zip archive", (".zip",)),
    "parquet": ("Parquet", (".parquet", ".geoparquet", ".pq")),
}
_MAGIC = (
    (b"SQLite format 3\0", "gpkg"),
    (b"PAR1", "parquet"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
)
_FOREIGN = (
    (b"%PDF", "a PDF: ask for the table it was made from"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "compressed: decompress it first"),
    (b"7z\xbc\xaf", "compressed: decompress it first"),
    (b"Rar!", "compressed: decompress it first"),
)

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SHEETS = b"application/vnd.oasis.opendocument.spreadsheet"


def open_file(path: str | Path) -> tuple[Path, bytes, str]:
    """Read a file and say what it is.

    Parameters
    ----------
    path
        A file.

    Returns
    -------
    tuple
        The path, the content, and ``csv``, ``xlsx``, ``xls``, ``xlsb``, ``ods``, ``json``,
        ``gpkg``, ``shp``, ``zip`` or ``parquet``.

    Raises
    ------
    DataError
        If the file is missing, empty, of a kind that holds no table, or not what its name
        announces.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "lieux.csv")
    ...     _ = path.write_text("nom,commune", encoding="utf-8")
    ...     open_file(path)[1:]
    (b'nom,commune', 'csv')
    """
    path = _existing(path)
    data = _read_bytes(path)
    return path, data, _kind(path, data)


def holds_text(path: Path) -> bool:
    """Tell whether a file's name announces a text table, or nothing.

    Parameters
    ----------
    path
        A file.

    Returns
    -------
    bool
        False for the name of something else, as ``notes.md``.

    Examples
    --------
    >>> holds_text(Path("a.CSV")), holds_text(Path("export")), holds_text(Path("a.py"))
    (True, True, False)
    """
    return path.suffix.lower() in ("", *_KINDS["csv"][1])


def _existing(path: str | Path) -> Path:
    if str(path).lower().startswith(("http://", "https://")):
        raise DataError(f"{path} is a web address: download the file first, then give its path.")
    path = Path(path)
    if path.is_dir():
        raise DataError(f"{path} is a folder: give one file in it.")
    if not path.exists():
        near = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"There is no file {path}.{did_you_mean(path.name, near)}")
    return path


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        advice = " If it is open in a spreadsheet, close it there." if error.errno == EACCES else ""
        raise DataError(f"{path.name} cannot be opened: {error.strerror}.{advice}") from error
    if not data.strip(b"\x00\t\n\r ,;\xef\xbb\xbf\xff\xfe"):
        raise DataError(f"{path.name} is empty.")
    return data


def _kind(path: Path, data: bytes) -> str:
    """Say what a file is by its content, and refuse it when its name says otherwise."""
    kind = _kind_of_content(path, data)
    if kind == "xls" and _ENCRYPTED in data:
        raise DataError(f"{path.name} is protected by a password: save a copy without one.")
    announced = next((k for k, (_, ends) in _KINDS.items() if path.suffix.lower() in ends), None)
    if announced == "csv" and kind == "json" and not _is_json(data):
        return "csv"
    if announced not in (None, kind):
        what, ends = _KINDS[kind]
        raise DataError(
            f"{path.name} is {what}, not what {path.suffix!r} announces: rename it to "
            f"{path.stem}{ends[0]} or export it again."
        )
    return kind


def _kind_of_content(path: Path, data: bytes) -> str:
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise DataError(f"{path.name} is {what}.")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    start = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00\t\n\r ")[:1]
    if start == b"<":
        raise DataError(
            f"{path.name} is a web page or XML, not a table: the download probably gave a page "
            "instead of the file."
        )
    return "json" if start in (b"{", b"[") else "csv"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            about = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError):
        raise DataError(
            f"{path.name} is cut or damaged: it starts like a workbook or a zip archive but does "
            "not end like one. Download or save it again."
        ) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if about.startswith(_SHEETS):
        return "ods"
    if "content.xml" in names or "word/document.xml" in names:
        raise DataError(f"{path.name} is an office document of another kind: save it as .xlsx.")
    return "zip"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
