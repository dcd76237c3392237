"""One peer, run in this process: ``python -m benchmarks.peers PEER FOLDER``."""

from __future__ import annotations

import importlib
import json
import resource
import signal
import sys
from pathlib import Path

from benchmarks.peers import MISSING, CannotRunError, World


def main(peer: str, folder: Path) -> None:
    """Run a peer and print what it cost."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a peer stops what it started
    out = folder / peer
    out.mkdir(exist_ok=True)
    try:
        module = importlib.import_module(f"benchmarks.peers.{peer}")
        world = World(*(folder / f"{name}.parquet" for name in World._fields))
        spent = module.run(world, out)
    except (CannotRunError, ImportError) as error:
        print(error)
        sys.exit(MISSING)
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    told = {
        "areas": spent.areas,
        "people": spent.people,
        "compute": spent.areas + spent.people,
        "cpu": sum(one.ru_utime + one.ru_stime for one in (own, children)),
        "peak_mb": spent.peak_mb or peak_mb(),
    }
    print(json.dumps({"run": told, "packages": spent.packages, "versions": spent.versions}))


def peak_mb() -> float:
    """Give the most memory that this process held, MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # not ru_maxrss: on Linux that begins with the memory of the process that started this one
    lines = dict(line.split(":") for line in status.read_text(encoding="ascii").splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
