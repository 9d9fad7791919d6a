#!/bin/sh
# Before anything is made (azd runs it): what Azure would refuse halfway is refused here, in words.
set -eu
LC_ALL=C
: "${AZURE_ENV_NAME:?run this through azd, or set AZURE_ENV_NAME}"
case $AZURE_ENV_NAME in
? | ?????????????????* | *[!abcdefghijklmnopqrstuvwxyz0123456789-]* | -* | *-)
  echo "The environment cannot be called \"$AZURE_ENV_NAME\": services refuse such names after half of it is made." >&2
  echo "Accepted: lower-case letters, digits and hyphens between them, 2 to 16 in all. Make another: azd env new NAME" >&2
  exit 1
  ;;
esac
if [ -z "${MLOPS_ALERT_EMAIL:-}" ]; then
  echo "Warning: MLOPS_ALERT_EMAIL is empty, so alerts of the platform tell nobody." >&2
fi
