"""Who may: accounts, passwords, sessions, API keys, mailed tokens, and what a role allows."""

from plainbase.platform.identity.accounts import (
    activate,
    change_email,
    change_password,
    change_role,
    change_username,
    create_user,
    deactivate,
    set_password,
    unlock,
)
from plainbase.platform.identity.errors import LoginFailed, TokenRefused, WeakPassword
from plainbase.platform.identity.guessing import LIMITS, Limits, Pace
from plainbase.platform.identity.keys import NewKey, key_of, list_keys, make_key, revoke_key, rotate_key
from plainbase.platform.identity.login import authenticate
from plainbase.platform.identity.names import folded_username, normal_email, normal_username
from plainbase.platform.identity.one_time import (
    OneTimeToken,
    request_reset,
    request_verification,
    reset_password,
    verify_address,
    verify_email,
)
from plainbase.platform.identity.passwords import OWASP, Passwords
from plainbase.platform.identity.permissions import PermissionDenied, authorize, may
from plainbase.platform.identity.sessions import (
    Session,
    SignedIn,
    list_sessions,
    log_in,
    log_out,
    revoke_session,
    revoke_sessions,
    rotate,
    session_of,
)

__all__ = [
    "LIMITS",
    "OWASP",
    "Limits",
    "LoginFailed",
    "NewKey",
    "OneTimeToken",
    "Pace",
    "Passwords",
    "PermissionDenied",
    "Session",
    "SignedIn",
    "TokenRefused",
    "WeakPassword",
    "activate",
    "authenticate",
    "authorize",
    "change_email",
    "change_password",
    "change_role",
    "change_username",
    "create_user",
    "deactivate",
    "folded_username",
    "key_of",
    "list_keys",
    "list_sessions",
    "log_in",
    "log_out",
    "make_key",
    "may",
    "normal_email",
    "normal_username",
    "request_reset",
    "request_verification",
    "reset_password",
    "revoke_key",
    "revoke_session",
    "revoke_sessions",
    "rotate",
    "rotate_key",
    "session_of",
    "set_password",
    "unlock",
    "verify_address",
    "verify_email",
]
