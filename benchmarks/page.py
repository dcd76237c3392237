"""Fill docs/performance.md with what was measured, and draw its picture.

``python benchmarks/page.py`` reads docs/performance.json, which ``national.py``, ``growth.py`` and
``build.py`` write, and puts its tables between the marks of the page. Nobody types a figure there:
a test compares the page with the file.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.build import MOST
from benchmarks.national import PEERS
from benchmarks.results import read

DOCS = Path(__file__).parent.parent / "docs"
PAGE, RESULTS = DOCS / "performance.md", DOCS / "performance.json"
PICTURE = DOCS / "performance.svg"
MARKS = re.compile(r"<!-- begin (\S+) -->.*?<!-- end -->", re.DOTALL)
NONE = "Not measured yet."


def main() -> None:
    """Fill the page and draw the picture."""
    results = read(RESULTS)
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    if "growth" in results:
        draw(results["growth"], PICTURE)


def fill(text: str, results: dict[str, Any]) -> str:
    """Put tables between the marks of a page."""

    def table(match: re.Match[str]) -> str:
        name, _, part = match[1].partition(".")
        made = WRITERS[part](results[name]) if name in results else NONE
        return f"<!-- begin {match[1]} -->\n{made}\n<!-- end -->"

    return MARKS.sub(table, text)


def peers_table(found: dict[str, Any]) -> str:
    """Write what each peer costs."""
    ours = found["peers"]["library"].get("best")
    rows = [
        "| | areas and zones | people, places, distances | all, s | times this library |"
        " whole process, s | CPU, s | peak memory, MB | numbers agree |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for peer, one in found["peers"].items():
        best = one.get("best")
        if best is None:
            rows.append(f"| {PEERS[peer]} | {one['reason']} | | | | | | | |")
            continue
        agree = "no: " + one["disagreement"] if one["disagreement"] else "yes"
        ratio = f"{best['compute'] / ours['compute']:.1f}" if ours else ""
        rows.append(
            f"| {PEERS[peer]} | {seconds(best['areas'])} | {seconds(best['people'])} | "
            f"{seconds(best['compute'])} | {ratio} | {seconds(best['process'])} | "
            f"{seconds(best['cpu'])} | {best['peak_mb']:.0f} | {agree} |"
        )
    return "\n".join([*rows, "", _measured(found)])


def targets_table(found: dict[str, Any]) -> str:
    """Write what was asked, and what was found."""
    rows = ["| asked | found | target | |", "|---|--:|--:|---|"]
    for one in found["targets"]:
        value = "–" if one["found"] is None else f"{one['found']:.3g}"
        met = {None: "not measured", True: "met", False: "**missed**"}[one["met"]]
        rows.append(f"| {one['what']} | {value} | {one['asked']} | {met} |")
    return "\n".join(rows)


def versions_list(found: dict[str, Any]) -> str:
    """Write the versions of all peers."""
    return "\n".join(
        f"- {PEERS[peer]}: {one['versions']}" if "versions" in one else f"- {PEERS[peer]}: none"
        for peer, one in found["peers"].items()
    )


def growth_table(found: dict[str, Any]) -> str:
    """Write how the cost grows."""
    head = "| communes | places | people at | all, s | whole process, s | peak memory, MB |"
    parts = []
    for name, what in (("places", "places"), ("territories", "communes")):
        rows = [head, "|--:|--:|--:|--:|--:|--:|"]
        for row in found[name]:
            sizes = " | ".join(f"{row[key]:,}".replace(",", " ") for key in SIZES)
            cost = (
                f"{row['reason']} | | |"
                if "reason" in row
                else f"{seconds(row['compute'])} | {seconds(row['process'])} | "
                f"{row['peak_mb']:.0f} |"
            )
            rows.append(f"| {sizes} | {cost}")
        rows += ["", f"Seconds grow as {what} to the power **{found['exponents'][name]:.2f}**."]
        parts.append("\n".join(rows))
    by_size = {row["places"]: row for row in found["places"] if "compute" in row}
    if {20_000, 200_000} <= by_size.keys():
        ratio = by_size[200_000]["compute"] / by_size[20_000]["compute"]
        parts.append(f"Ten times the places of 20 000 cost **{ratio:.2f}** times as much.")
    return "\n\n".join([SHOWN, *parts, _measured(found)])


def studies_table(found: dict[str, Any]) -> str:
    """Write what a whole study costs."""
    rows = [
        "| | communes | places | by the clock, s | target | | CPU, s | files | all, MB | map, MB |",
        "|---|--:|--:|--:|--:|---|--:|--:|--:|--:|",
    ]
    for name, one in found["studies"].items():
        sizes = " | ".join(f"{one[key]:,}".replace(",", " ") for key in ("communes", "places"))
        met = "met" if one["seconds"] <= MOST[name] else "**missed**"
        rows.append(
            f"| {STUDIES[name]} | {sizes} | {one['seconds']:.1f} | ≤ {MOST[name]:g} | {met} | "
            f"{one['cpu']:.1f} | {one['files']} | {one['files_mb']:.1f} | {one['map_mb']:.2f} |"
        )
    return "\n".join([*rows, "", _measured(found)])


SHOWN = (
    "![Seconds of computing and of the whole process against the number of places and of communes]"
    "(performance.svg)"
)
SIZES = ("communes", "places", "points")
STUDIES = {
    "normandie": "Normandie and its border EPCI, demonstration network",
    "france": "mainland France, seeded places",
}
WRITERS = {
    "peers": peers_table,
    "targets": targets_table,
    "versions": versions_list,
    "table": growth_table,
    "studies": studies_table,
}


def seconds(value: float) -> str:
    """Write seconds with three figures that mean something."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _measured(found: dict[str, Any]) -> str:
    """Say where, and how busy the machine was."""
    one = found["machine"]
    load = f"{one['load_before']:.1f} before, {one['load_after']:.1f} after"
    return (
        f"Measured on {one['cpu']}, {one['cores']} cores, {one['memory_gb']} GB, {one['system']}, "
        f"Python {one['python']}; load average {load}."
    )


def draw(found: dict[str, Any], path: Path) -> None:
    """Draw seconds against size, both on logarithmic scales."""
    import matplotlib as mpl  # noqa: PLC0415 - only the picture needs it
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 - the same
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "epn-geo"}):
        figure = Figure(figsize=(7.2, 3), layout="constrained")
        FigureCanvasSVG(figure)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, name, size in zip(
            panels, ("places", "territories"), ("places", "communes"), strict=True
        ):
            rows = [row for row in found[name] if "compute" in row]
            x = [row[size] for row in rows]
            for part, label, style in (
                ("compute", "computing", "o-"),
                ("process", "whole process", "s--"),
            ):
                axes.loglog(x, [row[part] for row in rows], style, ms=4, label=label)
            axes.set(xlabel=size, title=f"exponent {found['exponents'][name]:.2f}")
            axes.grid(which="both", alpha=0.2)
        panels[0].set_ylabel("seconds")
        panels[0].legend(frameon=False)
        figure.savefig(path, metadata={"Date": None, "Creator": "epn-geo"})


if __name__ == "__main__":
    main()
