#!/bin/sh
# The schema of this version of the code, the tables of its scenarios, and the database users of the apps.
# Whoever runs it is a member of the administrators' group; calls come from Azure, or from an address SQL lets in.
set -eu
: "${AZURE_ENV_NAME:?run this through azd, or set AZURE_ENV_NAME}"
export AZURE_CREDENTIAL=cli
driver="ODBC Driver 18 for SQL Server"
if ! odbcinst -q -d -n "$driver" >/dev/null 2>&1; then
  # Nobody installed it: the one of the development packages.
  ODBCSYSINI=$(mktemp -d)
  export ODBCSYSINI
  .venv/bin/python -m local.tools.odbc_driver "$ODBCSYSINI"
fi
exec .venv/bin/python -m local.tools.migrations apply --users "$AZURE_ENV_NAME" \
  --url "mssql+pyodbc://@$DATABASE_SERVER:1433/$DATABASE_NAME?driver=ODBC+Driver+18+for+SQL+Server"
