"""What is kept of an exception: its class and what it says, never more than a row should hold."""

from __future__ import annotations

MOST = 2000
"""Characters that are kept."""


def error_text(error: BaseException | str, most: int = MOST) -> str:
    """The exception's class and text, or the text as it is, as an engine can store it: at most `most` characters.

    The characters that neither engine holds, NUL and halves of surrogate pairs, become U+FFFD.
    """
    if isinstance(error, BaseException):
        try:
            said = str(error)
        except Exception:  # any class may have a __str__ that fails
            said = "(what it says cannot be said)"
        text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    else:
        text = error
    text = text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= most else f"{text[: most - 1]}…"
