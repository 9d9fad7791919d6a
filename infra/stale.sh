#!/bin/sh
# The ids of roles that the environment's identities have and the templates no longer give, one a line.
set -eu
identities=$(az identity list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" --output json)
assignments=$(az role assignment list --subscription "$AZURE_SUBSCRIPTION_ID" --all --output json)
printf '{"identities": %s, "assignments": %s}' "$identities" "$assignments" |
  .venv/bin/python -m local.tools.stale_grants "$AZURE_ENV_NAME"
