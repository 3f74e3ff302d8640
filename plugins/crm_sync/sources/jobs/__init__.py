"""Lists of which the source works out the large ones in jobs: started, looked at, read by pages."""

from __future__ import annotations
