#!/bin/sh
# verify.sh RESULTS: integration tests against the deployed apps, as JUnit XML. Keys are read, used and never printed.
set -eu
results=${1:?usage: verify.sh RESULTS}
# A role that the templates took back still opens what it opened: tests that pass would prove little.
stale=$(sh "$(dirname "$0")/stale.sh")
if [ -n "$stale" ]; then
  echo "Roles are left that the templates no longer give; run infra/prune.sh: $stale" >&2
  exit 1
fi
key() {
  az functionapp function keys list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
    --name "$1" --function-name "$2" --query default --output tsv
}
SCORE_KEY=$(key "$SERVICE_SCORE_NAME" score)
OPERATE_KEY=$(key "$SERVICE_DEPLOY_NAME" status)
OPENAPI_KEY=$(key "$SERVICE_SCORE_NAME" openapi)
APPROVALS_KEY=$(key "$SERVICE_DEPLOY_NAME" approvals)
export SCORE_KEY OPERATE_KEY OPENAPI_KEY APPROVALS_KEY
.venv/bin/mlops verify "https://$SERVICE_SCORE_NAME.azurewebsites.net" \
  --operate-url "https://$SERVICE_DEPLOY_NAME.azurewebsites.net" \
  --ingest-url "https://$SERVICE_INGEST_NAME.azurewebsites.net" --wait 300 --junit "$results"
