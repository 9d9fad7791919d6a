#!/bin/sh
# deploy.sh PACKAGE: the same package to all three apps; the platform's remote build installs its requirements.
set -eu
package=${1:?usage: deploy.sh PACKAGE}
for app in "$SERVICE_INGEST_NAME" "$SERVICE_DEPLOY_NAME" "$SERVICE_SCORE_NAME"; do
  echo "Deploying $package to $app ..."
  az functionapp deployment source config-zip --subscription "$AZURE_SUBSCRIPTION_ID" \
    --resource-group "$AZURE_RESOURCE_GROUP" --name "$app" --src "$package" --build-remote true --output none
done
