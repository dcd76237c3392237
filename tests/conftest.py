"""Worlds small enough to compute by hand, and the guard that keeps tests off the network."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse any connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    return


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Run one Chromium for the whole session."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine: install the package 'chromium' to run these")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield running
        running.close()


@pytest.fixture
def grid() -> gpd.GeoDataFrame:
    """Sixteen square communes of 4 km, 100 people each; two départements, four EPCI.

    ::

        14004 14008 | 27004 27008        row 3
        14003 14007 | 27003 27007        row 2    EPCI "…N" above, "…S" below
        14002 14006 | 27002 27006        row 1
        14001 14005 | 27001 27005        row 0
    """
    side, rows = 4000, []
    for column in range(4):
        for row in range(4):
            department = "14" if column < 2 else "27"
            number = (column % 2) * 4 + row + 1
            rows.append(
                {
                    "code_insee": f"{department}{number:03d}",
                    "commune": f"Commune {department}-{number}",
                    "code_epci": f"2000000{department}" + ("N" if row > 1 else "S"),
                    "epci": f"CC {department} " + ("Nord" if row > 1 else "Sud"),
                    "code_departement": department,
                    "departement": {"14": "Calvados", "27": "Eure"}[department],
                    "code_region": "28",
                    "region": "Normandie",
                    "population": 100,
                    "geometry": shapely.box(
                        column * side, row * side, (column + 1) * side, (row + 1) * side
                    ),
                }
            )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=2154)
