"""Access tokens of Microsoft Entra for databases."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from shared.core.errors import Misconfigured, Transient


class Credential(Protocol):
    """A source of tokens: a credential of azure-identity."""

    def get_token(self, *scopes: str) -> Any:
        """An access token for those scopes."""
        ...


MakeCredential = Callable[[], Credential]


def token_source(make: MakeCredential | None, scope: str) -> Callable[[], str]:
    """Return a source of tokens for new connections; the credential is made once and caches its tokens itself."""
    credential = cache(make or _no_credential)

    def token() -> str:
        try:
            return str(credential().get_token(scope).token)
        except Exception as error:
            if type(error).__module__.startswith("azure."):
                raise Transient(
                    f"No token for the database could be obtained (AZURE_CREDENTIAL): {str(error).splitlines()[0]}"
                ) from error
            raise

    return token


def _no_credential() -> Credential:
    raise Misconfigured(
        "DATABASE_URL", "names no password, and there is no credential for a token", "a user and a password"
    )
