"""The notebooks as pages of the documentation: run, then written as Markdown with their outputs.

git holds them without outputs; what stands on the pages is what the code gave when the site was
built. Nothing is asked of the network, and the same code gives the same pages.
"""

from __future__ import annotations

import base64
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
FOLDER = "notebooks"  # in the site
SECONDS = 300  # for one cell
AT_ONCE = 2  # notebooks that run at a time
RANDOM_IDS = re.compile(r"T_[0-9a-f]{5,}")  # pandas gives styled tables random names


@cache
def notebook_pages(folder: Path = NOTEBOOKS) -> dict[str, str | bytes]:
    """Run every notebook, once for as long as the site is served; give its pages and pictures."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = pool.map(run_notebook, sorted(folder.glob("*.ipynb")))
    files: dict[str, str | bytes] = {}
    for path, notebook in done:
        files |= page_of(path.stem, notebook)
    return files


def run_notebook(path: Path) -> tuple[Path, Any]:
    """Run a notebook from top to bottom, in a folder that is thrown away."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=SECONDS, resources=resources).execute()
    return path, notebook


def page_of(stem: str, notebook: Any) -> dict[str, str | bytes]:
    """Give a notebook that has run as a page of Markdown, and its pictures beside."""
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.cell_type == "code":
            parts.append(_fenced(cell.source, "python"))
            parts.extend(_output(output, stem, pictures) for output in cell.outputs)
    note = f"Ce carnet est dans le dépôt : `notebooks/{stem}.ipynb`."
    text = "\n\n".join(part for part in [*parts, note] if part) + "\n"
    names: dict[str, str] = {}
    text = RANDOM_IDS.sub(lambda found: names.setdefault(found[0], f"T_{len(names)}"), text)
    files: dict[str, str | bytes] = {f"{FOLDER}/{stem}.md": text}
    return files | {f"{FOLDER}/{name}": content for name, content in pictures.items()}


def _output(output: Any, stem: str, pictures: dict[str, bytes]) -> str:
    """Give one output: a picture, a table, or text; warnings are for who runs the notebook."""
    if output.output_type == "stream":
        return _fenced(output.text, "text") if output.name == "stdout" else ""
    data = output.get("data", {})
    if "image/png" in data:
        name = f"{stem}-{len(pictures) + 1}.png"
        pictures[name] = base64.b64decode(data["image/png"])
        return f"![Sortie du calcul]({name})"
    if "text/html" in data:
        # the site has a style of its own for tables
        html = re.sub(r"<style scoped>.*?</style>", "", data["text/html"], flags=re.DOTALL)
        html = html.replace('<table border="1" class="dataframe">', "<table>")
        # a blank line would end the block of HTML
        return re.sub(r"\n\s*\n", "\n", html).strip()
    return _fenced(data["text/plain"], "text") if "text/plain" in data else ""


def _fenced(text: str, kind: str) -> str:
    """Put text between fences longer than any that it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}"
