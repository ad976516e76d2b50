"""The packages that some functions need and the core does not bring."""

from __future__ import annotations

from importlib import import_module

from plainbase.errors import ConfigurationError


def require(extra: str, *modules: str) -> None:
    """Raise ConfigurationError, with the pip install that helps, where one of an extra's modules is missing."""
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            raise ConfigurationError(f"{error.name} is missing: pip install 'plainbase[{extra}]'") from None
