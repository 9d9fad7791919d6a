"""Asking Azure Data Explorer: one query, its parameters bound, bounded patience; an answer is whole or an error."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.clients import Patience
from shared.adapters.kusto.faults import Throttled, fault_of
from shared.adapters.kusto.frames import Answer, read_answer
from shared.core.addresses import ClusterPlace
from shared.core.errors import Transient

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.kusto.data import KustoClient

APPLICATION = "event-driven-mlops"
# A query may take longer than a call of storage.
PATIENCE = Patience(read=60)


class KustoQueries:
    """Queries of one database, in the name of the app's identity. The client is made by the first one."""

    def __init__(
        self, place: ClusterPlace, credential: Callable[[], TokenCredential], patience: Patience = PATIENCE
    ) -> None:
        self._place = place
        self._credential = credential
        self._patience = patience

    def ask(self, text: str, parameters: Mapping[str, str]) -> Answer:
        """The answer; Transient when none came in all attempts, Permanent when there will be none."""
        for retry in range(self._patience.retries + 1):
            try:
                return self._ask(text, parameters)
            except Transient as fault:
                wanted = fault.seconds if isinstance(fault, Throttled) else 0.0
                # Who asks for a longer pause than a worker may sleep is asked again by the next sweep.
                if retry == self._patience.retries or wanted > self._patience.longest_pause:
                    raise
                time.sleep(max(wanted, self._patience.pause(retry)))
        raise AssertionError

    def _ask(self, text: str, parameters: Mapping[str, str]) -> Answer:
        from azure.kusto.data import ClientRequestProperties
        from azure.kusto.data.exceptions import KustoError

        properties = ClientRequestProperties()  # type: ignore[no-untyped-call]
        properties.application = APPLICATION
        # Nothing that is asked here may change anything.
        properties.set_option("request_readonly", value=True)
        properties.set_option(properties.request_timeout_option_name, timedelta(seconds=self._patience.read))
        for name, value in parameters.items():
            properties.set_parameter(name, value)
        where = f"{self._place.cluster}, database {self._place.database},"
        try:
            frames: Any = self._client.execute_query(self._place.database, text, properties)
            return read_answer(frames, where)
        except KustoError as error:
            raise fault_of(error, self._place) from error
        except (LookupError, TypeError, ValueError) as error:
            raise Transient(f"{where} gave an answer that is not one of the query protocol.") from error

    @cached_property
    def _client(self) -> KustoClient:
        from azure.kusto.data import KustoConnectionStringBuilder

        from shared.adapters.kusto.framed import FramedClient

        connection = KustoConnectionStringBuilder.with_azure_token_credential(self._place.cluster, self._credential())
        return FramedClient(connection, self._patience)
