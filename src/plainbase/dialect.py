"""The two dialects of SQL; only `drivers/` acts on the difference, everything else just passes the name on."""

from enum import StrEnum


class Dialect(StrEnum):
    """A dialect's name, as it stands in `schema/<dialect>/` and in `x.<dialect>.sql`."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"

    @property
    def engine(self) -> str:
        """The engine's name in a sentence."""
        return "PostgreSQL" if self is Dialect.POSTGRES else "SQLite"
