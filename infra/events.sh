#!/bin/sh
# After the code is there: subscribe its functions to the events of lake and registry. Safe to run again.
# A function is known a while after its package arrived, so a refusal is tried again, five times in all.
set -eu
: "${AZURE_ENV_NAME:?run this through azd, or set AZURE_ENV_NAME}"
: "${AZURE_RESOURCE_GROUP:?set AZURE_RESOURCE_GROUP}"
# An account has one system topic at most, and Defender for Storage may have made it: that one is taken then.
topic=$(az eventgrid system-topic list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
  --query "[?ends_with(source, '/storageAccounts/$DATA_ACCOUNT')].name | [0]" --output tsv)
subscribe() {
  az deployment group create --subscription "$AZURE_SUBSCRIPTION_ID" \
    --name events --resource-group "$AZURE_RESOURCE_GROUP" --template-file "$(dirname "$0")/events.bicep" \
    --parameters environmentName="$AZURE_ENV_NAME" dataAccount="$DATA_ACCOUNT" workspaceName="$WORKSPACE_NAME" \
    ingestName="$SERVICE_INGEST_NAME" deployName="$SERVICE_DEPLOY_NAME" dataTopicName="${topic:-evgst-data-$AZURE_ENV_NAME}" --output none
}
tries=1
until subscribe; do
  if [ "$tries" -ge 5 ]; then
    echo "The functions were not subscribed in $tries tries: the last error is above." >&2
    exit 1
  fi
  tries=$((tries + 1))
  echo "Not subscribed yet: try $tries of 5 ..." >&2
  sleep "${EVENTS_PAUSE_SECONDS:-30}"
done
echo "Subscribed: data_event of $SERVICE_INGEST_NAME, model_event of $SERVICE_DEPLOY_NAME."
