#!/usr/bin/env bash
# Writes src/pgwire/catalogue/*.tsv: what PostgreSQL's own catalogue says about itself (its tables, types,
# settings), read from a PostgreSQL 15 that listens on the port that is given. Only needed to follow a new release.
# usage: scripts/pg_catalogue.sh PORT
set -euo pipefail

port=${1:?usage: scripts/pg_catalogue.sh PORT}
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/src/pgwire/catalogue

# rows NAME QUERY: the first line has the names of the columns
rows() {
  psql -X -q -h 127.0.0.1 -p "$port" -U postgres -v ON_ERROR_STOP=1 -c "copy ($2) to stdout with (format text, header true)" \
    >"$folder/$1.tsv"
}

system="relnamespace in (11, (select oid from pg_namespace where nspname = 'information_schema'))"

rows relations "select n.nspname as schema, c.oid, c.relname as relation, c.relkind as kind, a.attnum as number,
  a.attname as column, a.atttypid as type, a.attnotnull::int as required
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where $system and c.relkind in ('r', 'v') and a.attnum > 0 and c.relname !~ '^pg_(authid|shadow|stat_ssl|stat_gss|hba|ident|file_settings|shmem|backend_memory)'
  order by 1, 3, 5"
rows pg_type "select oid, typname, typnamespace, 10 as typowner, typlen, typbyval, typtype, typcategory, typispreferred,
  typisdefined, typdelim, typrelid, typsubscript::oid as typsubscript, typelem, typarray, typinput::oid as typinput, typoutput::oid as typoutput,
  typreceive::oid as typreceive, typsend::oid as typsend, typmodin::oid as typmodin, typmodout::oid as typmodout,
  typanalyze::oid as typanalyze, typalign, typstorage, typnotnull, typbasetype, typtypmod, typndims, typcollation
  from pg_type where typrelid = 0 and (typelem = 0 or typelem in (select oid from pg_type where typrelid = 0)) order by oid"
rows pg_proc "select oid, proname, pronamespace, 10 as proowner, prolang, procost, prorows, provariadic, prokind, prosecdef,
  proleakproof, proisstrict, proretset, provolatile, proparallel, pronargs, pronargdefaults, prorettype, string_to_array(proargtypes::text, ' ')::oid[] as proargtypes
  from pg_proc where oid in (select unnest(array[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typsubscript]::oid[])
  from pg_type where typrelid = 0) order by oid"
rows pg_am "select oid, amname, amhandler::oid as amhandler, amtype from pg_am order by oid"
rows pg_language "select oid, lanname, 10 as lanowner, lanispl, lanpltrusted, 0 as lanplcallfoid, 0 as laninline, 0 as lanvalidator from pg_language order by oid"
rows pg_collation "select oid, collname, collnamespace, 10 as collowner, collprovider, collisdeterministic, collencoding, collcollate, collctype
  from pg_collation where oid in (100, 950, 951) order by oid"
rows pg_opclass "select oid, opcmethod, opcname, opcnamespace, 10 as opcowner, opcfamily, opcintype, opcdefault, opckeytype
  from pg_opclass where opcmethod = 403 order by oid"
rows pg_range "select rngtypid, rngsubtype, rngmultitypid, rngcollation, rngsubopc, rngcanonical::oid as rngcanonical, rngsubdiff::oid as rngsubdiff from pg_range order by 1"
rows pg_settings "select name, case when name ~ '(directory|file|path|listen|port|socket|locale|lc_|log_|timezone|server_version)' and name not in ('standard_conforming_strings', 'search_path', 'lc_collate', 'lc_ctype', 'server_version', 'server_version_num') then boot_val else setting end as setting,
  unit, category, short_desc, context, vartype, 'default' as source, min_val, max_val, boot_val, boot_val as reset_val from pg_settings order by name"
