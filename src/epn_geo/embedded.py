"""Where the data that comes with the library stands on disk.

In an installed wheel it is inside the package; in a checkout it is the ``data`` folder at the top
of the tree, where people look for it.
"""

from __future__ import annotations

from pathlib import Path

from epn_geo.errors import DataError

DEMONSTRATION = "demo/epn-demonstration.csv"  # a fictitious network, told as such everywhere


def embedded_path(name: str) -> Path:
    """Give the path of an embedded file or folder.

    Parameters
    ----------
    name
        Path below the ``data`` folder, with forward slashes.

    Returns
    -------
    pathlib.Path
        An existing path.

    Raises
    ------
    DataError
        If there is no such file: the installation is damaged.

    Examples
    --------
    >>> embedded_path("communes/README.md").name
    'README.md'
    """
    package = Path(__file__).parent
    for folder in (package / "data", package.parent.parent / "data"):
        if (found := folder / name).exists():
            return found
    raise DataError(f"The embedded file {name!r} is missing: install epn-geo again.")
