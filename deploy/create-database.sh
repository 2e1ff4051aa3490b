#!/bin/sh
# Makes the role that owns the database: it may create roles, and is no superuser.
set -eu
psql --username "$POSTGRES_USER" --set=ON_ERROR_STOP=1 --set=password="$HOLDFAST_PASSWORD" <<'SQL'
CREATE ROLE holdfast LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE holdfast OWNER holdfast ENCODING 'UTF8' TEMPLATE template0;
SQL
