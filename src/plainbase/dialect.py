"""The two dialects of SQL; only `drivers/` acts on the difference, everything else just passes the name on."""

from enum import StrEnum


class Dialect(StrEnum):
    """A dialect's name, as it stands in `schema/<dialect>/` and in `x.<dialect>.sql`."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"
