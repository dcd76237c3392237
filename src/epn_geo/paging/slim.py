"""Scripts and styles without what only people read: comments, indents, spaces between signs.

Nothing is renamed. The page's own files are all that comes this way; ``tests/test_slim.py`` holds
what is understood of JavaScript, and that the slimmed page parses.
"""

from __future__ import annotations

import re

_STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_PLAIN = r"[^`\\$]|\\.|\$(?!\{)"
_INNER = rf"`(?:{_PLAIN}|\$\{{[^{{}}`]*\}})*`"  # a template within the expression of another
_TEMPLATE = rf"`(?:{_PLAIN}|\$\{{(?:[^{{}}`]|{_INNER}|\{{[^{{}}`]*\}})*\}})*`"
# a slash begins a pattern only after these; elsewhere it divides
_PATTERN = (
    r"(?:(?<=[(,=:\[!&|?{};])|(?<=[(,=:\[!&|?{};] )|(?<=return ))"
    r"/(?![*/ ])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"
)
_KEPT = rf"(?P<kept>{_STRING}|{_TEMPLATE}|{_PATTERN})"
_COMMENT = re.compile(rf"{_KEPT}|[ \t]*(?://[^\n]*|/\*.*?\*/)", re.DOTALL)
_SPACE = re.compile(
    rf"{_KEPT}"
    r"|[ \t]*(?P<open>[{(\[,;])\s*|\s*(?P<close>[})\]]) ?"
    r"|(?P<line>[ \t]*\n)\s*"
    r"| ?(?P<sign>[:<>=*|&!?%]) ?"
    r"| (?P<sum>[+-]) (?![+-])",
    re.DOTALL,
)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
# what Leaflet's style sheet says of things that the page does not show
_UNUSED = re.compile(
    r"popup|tooltip|control-layers|marker-icon|marker-shadow|div-icon|overlay-pane|vml|"
    r"zoom-box|image-layer|cluster|tile|leaflet-oldie"
)


def slim_script(source: str) -> str:
    r"""Give a script without comments, indents, spaces and line ends that mean nothing.

    Parameters
    ----------
    source
        JavaScript as people write it, with a space around ``+`` and ``-``. Template literals are
        kept as they are, and may hold one more.

    Returns
    -------
    str
        JavaScript that does the same.

    Examples
    --------
    >>> print(slim_script("const a = b + 1; // one more\n\n  return `x ${ a / 2 } y`;"))
    const a=b+1;return `x ${ a / 2 } y`;
    """
    told = _COMMENT.sub(lambda match: match["kept"] or "", source)
    return _SPACE.sub(_slimmed, told).strip()


def _slimmed(match: re.Match[str]) -> str:
    if match["line"]:
        return "\n"
    return str(next(filter(None, match.group("kept", "open", "close", "sign", "sum"))))


def slim_style(source: str) -> str:
    r"""Give a style sheet without comments and spaces that mean nothing.

    Parameters
    ----------
    source
        CSS.

    Returns
    -------
    str
        CSS that says the same, a rule a line.

    Examples
    --------
    >>> slim_style("a > b,\n c { color: red; /* why */ margin: 0 auto; }")
    'a > b,c{color:red;margin:0 auto}'
    """
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,]) ?", r"\1", text)
    text = re.sub(r"([{;][\w-]+) ?: ", r"\1:", text)
    return re.sub(r";?\}", "}", text).replace("}", "}\n").replace("}\n}", "}}").strip()


def used_rules(style: str) -> str:
    """Leave out the rules of Leaflet's style sheet for things that the page does not show.

    Parameters
    ----------
    style
        Leaflet's style sheet, slimmed; its rules are not nested but for ``@media print``.

    Returns
    -------
    str
        The others.

    Examples
    --------
    >>> used_rules(".leaflet-popup{a:b}.leaflet-pane,.leaflet-tile{c:d}")
    '.leaflet-pane{c:d}'
    """

    def kept(match: re.Match[str]) -> str:
        names = [name for name in match[1].split(",") if not _UNUSED.search(name)]
        return f"{','.join(names)}{{{match[2]}}}" if names else ""

    return _RULE.sub(kept, style)
