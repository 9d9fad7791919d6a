#!/bin/sh
# After the code is there: subscribe its functions to the events of lake and registry. Safe to run again.
set -eu
: "${AZURE_ENV_NAME:?run this through azd, or set AZURE_ENV_NAME}"
: "${AZURE_RESOURCE_GROUP:?set AZURE_RESOURCE_GROUP}"
az deployment group create \
  --name events --resource-group "$AZURE_RESOURCE_GROUP" --template-file "$(dirname "$0")/events.bicep" \
  --parameters environmentName="$AZURE_ENV_NAME" dataAccount="$DATA_ACCOUNT" workspaceName="$WORKSPACE_NAME" \
  ingestName="$SERVICE_INGEST_NAME" deployName="$SERVICE_DEPLOY_NAME" --output none
echo "Subscribed: data_event of $SERVICE_INGEST_NAME, model_event of $SERVICE_DEPLOY_NAME."
