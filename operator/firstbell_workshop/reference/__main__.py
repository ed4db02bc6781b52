"""`python -m firstbell_workshop.reference [--write]`: make the pages, or tell which are out of date."""

from __future__ import annotations

import sys

from firstbell_workshop.reference.pages import differing, write

if "--write" in sys.argv[1:]:
    write()
stale = differing()
for file in stale:
    sys.stderr.write(f"{file} is not what the code says: python -m firstbell_workshop.reference --write\n")
sys.exit(1 if stale else 0)
