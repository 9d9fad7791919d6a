"""Telemetry of a cluster that a test started."""

from __future__ import annotations

from azure_parts import QUICK, FakeCredential
from kusto_double import DATABASE, Cluster

from shared.adapters.azure.retry_policy import RetryPolicy
from shared.adapters.kusto.client import KustoQueries
from shared.adapters.kusto.span_files import SpanFiles
from shared.adapters.kusto.telemetry import LIMITS, KustoTelemetry, Limits
from shared.adapters.tables import ArrowTables
from shared.core.addresses import cluster_address
from shared.core.ports import Lake


def queries_of(cluster: Cluster, policy: RetryPolicy = QUICK) -> KustoQueries:
    """Questions to the cluster, in the name of a made-up identity."""
    return KustoQueries(cluster_address("TELEMETRY_URL", f"kusto:{cluster.url}/{DATABASE}"), FakeCredential, policy)


def telemetry_of(cluster: Cluster, lake: Lake, limits: Limits = LIMITS) -> KustoTelemetry:
    """The adapter, with that lake for what it reads."""
    return KustoTelemetry(queries_of(cluster), SpanFiles(lake, ArrowTables()), limits)
