#!/bin/sh
# release.sh PACKAGE RESULTS: one environment gets the tested package. Both pipelines run this, after they signed in.
# Every step may be repeated; the first that fails ends the release.
set -eu
package=${1:?usage: release.sh PACKAGE RESULTS}
results=${2:?usage: release.sh PACKAGE RESULTS}
here=$(dirname "$0")
# Azure DevOps hands over a variable that nobody set as the text $(NAME): that is no value.
for name in $(sed -n 's/.*\${\([A-Z_]*\).*/\1/p' "$here/main.parameters.json"); do
  eval "value=\${$name:-}"
  case $value in '$('*) unset "$name" ;; esac
done
step() { echo "== $1 =="; }

step "resources"
azd provision --no-prompt
# azd quotes and escapes for a shell.
values=$(azd env get-values)
set -a
eval "$values"
set +a
step "roles that are no longer given"
sh "$here/prune.sh"
step "schema of the database"
sh "$here/migrate.sh"
step "components of training"
sh "$here/publish.sh"
step "package"
sh "$here/deploy.sh" "$package"
step "event subscriptions"
sh "$here/events.sh"
step "integration tests"
sh "$here/verify.sh" "$results"
