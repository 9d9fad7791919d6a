#!/bin/sh
# The components that training jobs of this version of the code refer to. A version that is there stays as it is.
set -eu
export AZURE_CREDENTIAL=cli
exec .venv/bin/python -m model_training.pipeline publish \
  "azureml:$AZURE_SUBSCRIPTION_ID/$AZURE_RESOURCE_GROUP/$WORKSPACE_NAME"
