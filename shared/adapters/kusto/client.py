"""Queries of Azure Data Explorer: bound parameters, bounded retries, and answers that are whole or an error."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.retry_policy import RetryPolicy
from shared.adapters.kusto.faults import Throttled, fault_of
from shared.adapters.kusto.frames import Answer, read_answer
from shared.core.addresses import ClusterAddress
from shared.core.errors import Transient

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.kusto.data import KustoClient

APPLICATION = "event-driven-mlops"
# A query may take longer than a call of storage.
QUERY_RETRY_POLICY = RetryPolicy(read=60)


class KustoQueries:
    """Queries of one database with the app's identity. The first query makes the client."""

    def __init__(
        self, place: ClusterAddress, credential: Callable[[], TokenCredential], policy: RetryPolicy = QUERY_RETRY_POLICY
    ) -> None:
        self._place = place
        self._credential = credential
        self._policy = policy

    def ask(self, text: str, parameters: Mapping[str, str]) -> Answer:
        """Return the answer; Transient when no attempt got one, Permanent when no attempt ever will."""
        for retry in range(self._policy.retries + 1):
            try:
                return self._ask(text, parameters)
            except Transient as fault:
                wanted = fault.seconds if isinstance(fault, Throttled) else 0.0
                # A longer pause than a worker may sleep is left to the next sweep.
                if retry == self._policy.retries or wanted > self._policy.longest_pause:
                    raise
                time.sleep(max(wanted, self._policy.pause(retry)))
        raise AssertionError

    def _ask(self, text: str, parameters: Mapping[str, str]) -> Answer:
        from azure.kusto.data import ClientRequestProperties
        from azure.kusto.data.exceptions import KustoError

        properties = ClientRequestProperties()  # type: ignore[no-untyped-call]
        properties.application = APPLICATION
        # The service refuses any query that would change something.
        properties.set_option("request_readonly", value=True)
        properties.set_option(properties.request_timeout_option_name, timedelta(seconds=self._policy.read))
        for name, value in parameters.items():
            properties.set_parameter(name, value)
        where = f"{self._place.cluster}, database {self._place.database},"
        try:
            frames: Any = self._client.execute_query(self._place.database, text, properties)
            return read_answer(frames, where)
        except KustoError as error:
            raise fault_of(error, self._place) from error
        except (LookupError, TypeError, ValueError) as error:
            raise Transient(f"{where} gave an answer that does not follow the query protocol.") from error

    @cached_property
    def _client(self) -> KustoClient:
        from azure.kusto.data import KustoConnectionStringBuilder

        from shared.adapters.kusto.raw_frames_client import RawFramesClient

        if self._place.emulated:
            connection = KustoConnectionStringBuilder(self._place.cluster)
        else:
            secured = KustoConnectionStringBuilder.with_azure_token_credential
            connection = secured(self._place.cluster, self._credential())
        return RawFramesClient(connection, self._policy)
