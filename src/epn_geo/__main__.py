"""``python -m epn_geo`` is ``epn-geo``."""

from epn_geo.cli import main

if __name__ == "__main__":
    main()
