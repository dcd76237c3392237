"""A note on a page: HTML that prints on one sheet, or Markdown.

The page asks the network for nothing and runs nothing. Every text reaches it through `_element`,
which escapes it.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import NamedTuple

from epn_geo.labels import Lang, check_lang
from epn_geo.writing import atomic_path

STYLE = (
    "@page{size:A4;margin:14mm}"
    "body{font:11pt/1.4 system-ui,sans-serif;color:#1a1a1a;max-width:46em;margin:1.5em auto;"
    "padding:0 1em}"
    "h1{font-size:17pt;margin:0 0 .4em}h2{font-size:12pt;margin:.9em 0 .2em;color:#1d4f7a}"
    ".tete{font-size:13pt;font-weight:600;margin:.2em 0}"
    "ul{margin:0;padding-left:1.2em}li{margin:.1em 0}"
    ".petit{font-size:8.5pt;color:#555;margin:.4em 0}"
    "section{break-inside:avoid}"
    # one sheet of paper
    "@media print{body{font-size:9pt;line-height:1.25;margin:0;padding:0;max-width:none}"
    "h1{font-size:14pt}h2{font-size:10.5pt;margin-top:.6em}.tete{font-size:10.5pt}"
    ".petit{font-size:7.5pt;margin:.3em 0}}"
)


class Note(NamedTuple):
    """What the page says."""

    title: str
    headline: list[str]  # one sentence per département concerned
    paragraphs: list[tuple[str, list[str]]]  # title and sentences
    small_print: list[str]  # what the figures mean, and where they are from


def write_note(note: Note, path: str | Path, *, lang: Lang = "fr") -> Path:
    """Write a note as a page of HTML, or as Markdown.

    Parameters
    ----------
    note
        What `note_text` gave.
    path
        Where to; the suffix ``.md`` gives Markdown, any other HTML.
    lang
        The language of the note, which the page declares.

    Returns
    -------
    pathlib.Path
        The file written, the same bytes for the same note.

    Examples
    --------
    >>> import tempfile
    >>> note = Note("Titre", ["<b>"], [("Habitants", ["Rien ne change."])], [])
    >>> page = write_note(note, Path(tempfile.mkdtemp()) / "note.html").read_text(encoding="utf-8")
    >>> "<b>" in page, "&lt;b&gt;" in page
    (False, True)
    """
    text = _markdown(note) if Path(path).suffix.lower() == ".md" else _page(note, lang)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


def _page(note: Note, lang: Lang) -> str:
    """Put a note on a page: no script, nothing from elsewhere, one sheet of paper."""
    head, *rest = note.headline
    body = [
        _element("h1", note.title),
        _element("p", head, "tete"),
        *(_element("p", line, "tete") for line in rest),
    ]
    for title, lines in note.paragraphs:
        items = "".join(_element("li", line) for line in lines)
        body.append(f"<section>{_element('h2', title)}<ul>{items}</ul></section>")
    body += [_element("p", line, "petit") for line in note.small_print]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{check_lang(lang)}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            _element("title", note.title),
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )


def _element(name: str, text: str, kind: str = "") -> str:
    """Give an element that holds a text; the one place where text becomes HTML."""
    mark = f' class="{kind}"' if kind else ""
    return f"<{name}{mark}>{html.escape(text)}</{name}>"


def _markdown(note: Note) -> str:
    lines = [f"# {_plain(note.title)}", "", *(f"**{_plain(line)}**\n" for line in note.headline)]
    for title, items in note.paragraphs:
        lines += [f"## {_plain(title)}", "", *(f"- {_plain(item)}" for item in items), ""]
    lines += [f"_{_plain(line)}_\n" for line in note.small_print]
    return "\n".join(lines).rstrip() + "\n"


def _plain(text: str) -> str:
    """Give a text that Markdown shows as it is."""
    one_line = " ".join(text.split(" ")).replace("\r", " ").replace("\n", " ")
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", one_line)
