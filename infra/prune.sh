#!/bin/sh
# What left the templates: a deployment never removes a role or a resource, so roles that nobody needs are removed here.
set -eu
: "${AZURE_ENV_NAME:?run this through azd, or set AZURE_ENV_NAME}"
stale=$(sh "$(dirname "$0")/stale.sh")
for id in $stale; do
  echo "Removing a role that the templates no longer give: $id"
  az role assignment delete --subscription "$AZURE_SUBSCRIPTION_ID" --ids "$id" --output none
done
# An alert of earlier versions, on a number that Azure refreshes once a day.
for id in $(az resource list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
  --resource-type Microsoft.Insights/metricAlerts --query "[?name=='mlops-backlog-$AZURE_ENV_NAME'].id" --output tsv); do
  echo "Removing an alert that the templates no longer have: $id"
  az resource delete --subscription "$AZURE_SUBSCRIPTION_ID" --ids "$id" --output none
done
if [ "${MLOPS_WITH_DATA_EXPLORER:-false}" != true ]; then
  cluster=$(az resource list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
    --resource-type Microsoft.Kusto/clusters --query "[0].id" --output tsv)
  if [ -n "$cluster" ]; then
    echo "Warning: a Data Explorer cluster is left and costs money. Delete it: az resource delete --ids $cluster" >&2
  fi
fi
