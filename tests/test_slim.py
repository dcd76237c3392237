"""Scripts and styles slimmed: nothing that a browser reads is lost."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from epn_geo.paging.slim import slim_script, slim_style, used_rules
from epn_geo.paging.webpage import assemble_page, leaflet_css

pytest.importorskip("folium")

NODE = shutil.which("node")

# a program whose result tells whether a space, a sign or a text was lost
PROGRAM = r"""
/** A comment with "quotes" and `ticks`. */
const a = { b: 1, "c  d": 'e // f', g: `h  ${ 1 + 2 } /* i */ ${ `j ${ 3 }  k` }  // l` };
const re = /[/"'` ]+  x/g; // a comment with an ' in it
let n = 5;
const sums = [n++ + n, n - -1, + +n, n-- - --n, -n - +n, 8 / 2 / 2];
const text = ["a : b", 'c = d', "e, f"];
const ternary = n > 1 ? -1 : +1;
const f = async ({ x = 1, ...rest }) => (x in rest ? typeof x : void 0);
class K { static s = 1; get v() { return /y  z/.test("y  z") ? 1 : 0; } }
const found = "a  x/ b".replace(re, "[ ]"), none = a?.b ?? 0;
for (const key of Object.keys(a)) n += key.length;
console.log(JSON.stringify([a, sums, text, ternary, found, none, n, new K().v, K.s, String(re)]));
f({});
"""


def run(script: str) -> str:
    done = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(NODE is None, reason="node tells whether a script still does the same")
def test_a_slimmed_script_does_the_same():
    slimmed = slim_script(PROGRAM)
    assert "comment" not in slimmed
    assert len(slimmed) < 0.9 * len(PROGRAM)
    assert run(slimmed) == run(PROGRAM)


@pytest.mark.skipif(NODE is None, reason="node reads the script")
def test_the_page_s_script_parses(tmp_path):
    path = tmp_path / "page.js"
    path.write_text(assemble_page(), "utf-8")
    assert subprocess.run([NODE, "--check", path], check=False).returncode == 0


def test_slimming_twice_changes_nothing_more():
    once = assemble_page()
    assert slim_script(once) == once


def test_styles_keep_every_declaration():
    style = (
        'a:not(.b) > c , d::after { margin: -1px 0 ; content: "x"; }\n'
        "@media (max-width: 9px) { e { f: calc(1px + 2px) } }"
    )
    slimmed = slim_style(style)
    assert slimmed == (
        'a:not(.b) > c,d::after{margin:-1px 0;content:"x"}\n'
        "@media (max-width: 9px){e{f:calc(1px + 2px)}}"
    )


def test_rules_for_what_the_page_never_shows_are_left_out():
    own, whole = leaflet_css(), leaflet_css(pictures=True)
    assert "leaflet-popup" in whole
    assert "leaflet-popup" not in own
    for kept in (".leaflet-pane", ".leaflet-bar a", ".leaflet-control-scale-line", ".leaflet-grab"):
        assert kept in own
    assert used_rules(own) == own
    assert len(re.findall(r"\{", own)) == len(re.findall(r"\}", own))
