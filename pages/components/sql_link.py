"""A query as a part of the page's address, so that a copied link opens the same query: read as it is, or packed."""

from __future__ import annotations

import base64
import binascii
import zlib
from urllib.parse import quote, urlencode

from warehouse.redaction import redact
from warehouse.reference import Language

PAGE, PARAMETER = "sql_workbench", "sql"
# Servers and proxies take about 8 kB of address; other parameters need room too.
LONGEST_LINK = 6_000
# As long as people may still read it in the address bar.
LONGEST_PLAIN = 600
LONGEST_QUERY = 64 * 1024
PACKED = "~"


def link_of(sql: str) -> str | None:
    """What stands for a query in the address; None where it is too long for one.

    Identifiers of persons are taken out: an address stays in browsers and in logs.
    """
    kept = redact(sql)
    if not kept.startswith(PACKED) and len(quote(kept)) <= LONGEST_PLAIN:
        return kept
    packed = PACKED + base64.urlsafe_b64encode(zlib.compress(kept.encode(), 9)).decode().rstrip("=")
    return packed if len(packed) <= LONGEST_LINK else None


def address_of(sql: str, language: Language) -> str | None:
    """The address, below the board's own, of the workbench with a query in it; None where it is too long for one."""
    link = link_of(sql)
    return f"{PAGE}?{urlencode({PARAMETER: link, 'lang': language})}" if link else None


def query_of(link: str) -> str | None:
    """The query that a part of an address stands for; None where it is damaged, or unfolds to more than a query."""
    if not link.startswith(PACKED):
        return link
    try:
        packed = base64.b64decode(link[1:] + "=" * (-len(link[1:]) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        unpacked = unpacker.decompress(packed, LONGEST_QUERY)
        return unpacked.decode() if unpacker.eof else None
    except (binascii.Error, zlib.error, UnicodeDecodeError, ValueError):
        return None
