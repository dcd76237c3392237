"""The page around a map: Leaflet, styles, scripts and data in one file that asks for nothing.

Importing this room imports Folium, which takes two seconds: `coverage_map` does so when called.
The page's own code is written in small ES modules (``page/*.mjs``), which are put together here in
a fixed order; nothing is renamed, comments, indents and needless spaces are left out.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from epn_geo.labels import Lang
from epn_geo.paging.slim import slim_script, slim_style, used_rules

PAGE = Path(__file__).parent.parent / "page"

# each module after those that it imports
MODULES = (
    "bytes",
    "text",
    "hours",
    "view",
    "dom",
    "symbols",
    "topology",
    "plane",
    "discs",
    "reach",
    "filters",
    "model",
    "figures",
    "draw",
    "labels",
    "overlay",
    "layer",
    "legend",
    "sheet",
    "search",
    "whatif",
    "rove",
    "panel",
    "state",
    "table",
    "poster",
    "app",
    "start",
)

_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.mjs";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?://|/\*\*|\*)")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class PageFigure(Figure):
    """A Folium figure that writes a whole page of its own."""

    def __init__(self, lang: Lang, title: str, payload: str, *, compress: bool) -> None:
        super().__init__(title=title)
        self._id = "epn"
        self.lang, self.payload, self.compress = lang, payload, compress

    def render(self, **kwargs: Any) -> str:
        """Give the page as text."""
        for child in self._children.values():
            child.render(**kwargs)
        extra = has_additions(self)
        scripts = [_leaflet("leaflet.js"), assemble_page(), *([_additions()] if extra else [])]
        body = fill_page(self.lang, self.html.render(**kwargs))
        told, old = words(self.lang), "old_browser" if self.compress else "old_browser_plain"
        document = "\n".join(
            [
                "<!DOCTYPE html>",
                f'<html lang="{self.lang}">',
                "<head>",
                '<meta charset="utf-8">',
                "<!-- policy -->",
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{html.escape(_one_line(self.title or ''))}</title>",
                f"<style>{leaflet_css(pictures=extra)}</style>",
                f"<style>{slim_style((PAGE / 'page.css').read_text('utf-8'))}</style>",
                *(f"<script>{_no_end(script)}</script>" for script in scripts),
                self.header.render(**kwargs),
                "</head>",
                "<body>",
                body,
                f'<script type="application/octet-stream" id="epn-data" '
                f'data-compressed="{"yes" if self.compress else "no"}" '
                f'data-old="{html.escape(told[old])}">{self.payload}</script>',
                f"<script>{self.script.render(**kwargs)}</script>",
                "</body>",
                "</html>",
                "",
            ]
        )
        return document.replace("<!-- policy -->", policy(document, extra=extra), 1)


class CoverageMap(folium.Map):
    """A Folium map whose page carries all that it shows; layers can be added to it as usual."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}{% endmacro %}
        {% macro html(this, kwargs) %}
        <div class="folium-map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {
            center: {{ this.location|tojson }},
            crs: L.CRS.{{ this.crs }},
            ...{{ this.options|tojavascript }}
        });
        {% endmacro %}
        """
    )
    # lists of this class's own: Folium changes them in place, and nothing is fetched from a CDN
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - Folium's own attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - the same

    def __init__(
        self, figure: PageFigure, centre: tuple[float, float], *, tiles: bool = False
    ) -> None:
        super().__init__(
            location=centre,
            tiles=None,
            zoom_start=8,
            zoom_control=False,
            prefer_canvas=True,
            zoom_snap=0.25,
            max_zoom=18,
        )
        self._name, self._id = "map", "epn"
        self.has_tiles = tiles
        figure.add_child(self, name="map_epn")
        self.add_child(_Start(), name="start")


class _Start(MacroElement):
    """The page's first call, once Folium has made the map; a sentence where a browser is old."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        if (window.epnStart) epnStart(L, {{ this._parent.get_name() }});
        else {
            var told = document.getElementById("epn-message");
            told.hidden = false;
            told.textContent = document.getElementById("epn-data").getAttribute("data-old");
        }
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "start", "epn"


def words(lang: Lang) -> dict[str, str]:
    """Give the page's words.

    Parameters
    ----------
    lang
        ``"fr"`` or ``"en"``.

    Returns
    -------
    dict
        Key to text.

    Examples
    --------
    >>> words("fr")["no_data"]
    'sans donnée'
    """
    table = json.loads((PAGE / "words.json").read_text("utf-8"))
    return {key: pair[lang == "en"] for key, pair in table.items()}


@cache
def assemble_page() -> str:
    """Put the page's modules together as one script.

    Returns
    -------
    str
        JavaScript that defines ``epnStart``.

    Examples
    --------
    >>> "import {" in assemble_page()
    False
    """
    bodies = [module_body((PAGE / f"{name}.mjs").read_text("utf-8"), name) for name in MODULES]
    lines = ["(() => {", '"use strict";', "const M = {};", *bodies]
    return slim_script("\n".join([*lines, "window.epnStart = M.start.start;})();"]))


def module_body(source: str, name: str) -> str:
    r"""Give an ES module as a function's result, without comments and indents.

    Parameters
    ----------
    source
        The module: imports of names from files beside it, each on a line of its own, and exported
        functions, classes and constants.
    name
        What to call it.

    Returns
    -------
    str
        JavaScript that adds it to ``M``.

    Examples
    --------
    >>> print(module_body('import { a } from "./x.mjs";\nexport const b = a;', "y"))
    M.y = (() => {
    const { a } = M.x;
    const b = a;
    return { b };
    })();
    """
    code = _IMPORT.sub(r"const { \1 } = M.\2;", source)
    exported = [match[2] for match in _EXPORT.finditer(code)]
    code = _EXPORT.sub(r"\1 \2", code)
    lines = [line.strip() for line in code.splitlines() if not _COMMENT.match(line)]
    kept = "\n".join(line for line in lines if line)
    return f"M.{name} = (() => {{\n{kept}\nreturn {{ {', '.join(exported)} }};\n}})();"


def fill_page(lang: Lang, map_html: str) -> str:
    """Give the body of the page.

    Parameters
    ----------
    lang
        ``"fr"`` or ``"en"``.
    map_html
        The map's own element.

    Returns
    -------
    str
        HTML.

    Examples
    --------
    >>> "<div>here</div>" in fill_page("fr", "<div>here</div>")
    True
    """
    told = words(lang)
    page = (PAGE / "page.html").read_text("utf-8")
    for key in ("skip", "banner", "noscript"):
        page = page.replace("{{" + key + "}}", html.escape(told[key]))
    return page.replace("{{map}}", map_html.strip())


def policy(document: str, *, extra: bool = False) -> str:
    """Write the page's security policy: only the scripts that stand in it now may run.

    Parameters
    ----------
    document
        The page.
    extra
        Whether layers were added that may fetch what they need.

    Returns
    -------
    str
        A ``meta`` element.

    Examples
    --------
    >>> policy("<script>1</script>")[:60]
    '<meta http-equiv="Content-Security-Policy" content="default-'
    """
    digests = [sha256(code.encode("utf-8")).digest() for code in _SCRIPT.findall(document)]
    hashes = " ".join(f"'sha256-{b64encode(digest).decode('ascii')}'" for digest in digests)
    web = " https:" if extra else ""
    rules = (
        "default-src 'none'",
        f"script-src {hashes}{web}",
        f"style-src 'unsafe-inline'{web}",
        f"img-src data: blob:{web}",
        f"font-src data:{web}",
        "connect-src" + (web or " 'none'"),
        "base-uri 'none'",
        "form-action 'none'",
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'


def has_additions(figure: Figure) -> bool:
    """Tell whether anything was added to the map by the caller, base map included.

    Parameters
    ----------
    figure
        The map's figure.

    Returns
    -------
    bool
        True if so.

    Examples
    --------
    >>> figure = PageFigure("fr", "", "", compress=True)
    >>> shown = CoverageMap(figure, (49.0, 0.0))
    >>> has_additions(figure)
    False
    >>> _ = folium.Marker((49, 0)).add_to(shown)
    >>> has_additions(figure)
    True
    """
    return any(
        child.has_tiles if isinstance(child, CoverageMap) else not isinstance(child, _Start)
        for child in _descendants(figure)
    )


def _descendants(element: Element) -> Iterator[Element]:
    for child in element._children.values():  # noqa: SLF001 - branca has no other way
        yield child
        yield from _descendants(child)


def _leaflet(name: str) -> str:
    path = distribution("XStatic-Leaflet").locate_file(f"xstatic/pkg/leaflet/data/{name}")
    return Path(str(path)).read_text("utf-8").replace("//# sourceMappingURL=leaflet.js.map", "")


@cache
def _picture(name: str) -> str:
    path = distribution("XStatic-Leaflet").locate_file(f"xstatic/pkg/leaflet/data/images/{name}")
    return "data:image/png;base64," + b64encode(Path(str(path)).read_bytes()).decode("ascii")


def leaflet_css(*, pictures: bool = False) -> str:
    """Give Leaflet's style sheet.

    Parameters
    ----------
    pictures
        Whether to carry the pictures of its layer control and pin, and the rules for what the
        page itself never shows.

    Returns
    -------
    str
        CSS that asks for nothing.

    Examples
    --------
    >>> "url(images" in leaflet_css()
    False
    """
    style = re.sub(
        r"url\(images/([\w.-]+)\)",
        lambda m: f"url({_picture(m[1])})" if pictures else "none",
        _leaflet("leaflet.css"),
    )
    return slim_style(style) if pictures else used_rules(slim_style(style))


def _additions() -> str:
    """Give what Folium's own layers expect of a page: Leaflet's pin, a little of jQuery."""
    code = (PAGE / "additions.js").read_text("utf-8")
    for name in ("marker-icon.png", "marker-icon-2x.png", "marker-shadow.png"):
        code = code.replace(f'"{name}"', json.dumps(_picture(name)))
    return code


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:300]


def _no_end(script: str) -> str:
    """Leave nothing in a script that would end its element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
