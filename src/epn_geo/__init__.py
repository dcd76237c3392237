"""Where digital help is within reach, and where it is not.

``import epn_geo as epn`` costs next to nothing: each room loads the first time one of its functions
is used. ``__init__.pyi`` beside this file lists every public name.
"""

import lazy_loader

from epn_geo._version import __version__

__getattr__, __dir__, _public = lazy_loader.attach_stub(__name__, __file__)
__all__ = [*_public, "__version__"]  # noqa: PLE0604 - names from the stub
