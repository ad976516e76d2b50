#!/bin/sh
# Run once by the postgres image, as its superuser: a role that is none, and a database that it owns.
set -eu
psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet \
    --set role="${PLAINBASE_ROLE:-plainbase}" --set database="${PLAINBASE_DATABASE:-plainbase}" \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
-- psql reads the password from its file: it stands in no argument, and the server logs no statement that has it.
SET log_min_error_statement = panic;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
\set password `cat "$PLAINBASE_PASSWORD_FILE"`
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
