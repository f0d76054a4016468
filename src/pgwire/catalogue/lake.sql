-- The tables of a lake as PostgreSQL's catalogue tells of them. Made from lake_schemas, lake_tables, lake_columns and
-- lake_references; runs in the catalogue of one state of the lake and one role. {database} and {user} are texts.
INSERT INTO pgc.pg_namespace BY NAME
SELECT 11 AS oid, 'pg_catalog' AS nspname, 10 AS nspowner, ['postgres=UC/postgres', '=U/postgres'] AS nspacl
UNION ALL SELECT 13000, 'information_schema', 10, ['postgres=UC/postgres', '=U/postgres']
UNION ALL SELECT oid, name, 10, NULL FROM lake_schemas;

INSERT INTO pgc.pg_roles BY NAME
SELECT 10 AS oid, 'postgres' AS rolname, true AS rolsuper, true AS rolinherit, true AS rolcreaterole, true AS rolcreatedb,
       true AS rolcanlogin, true AS rolreplication, -1 AS rolconnlimit, '********' AS rolpassword, true AS rolbypassrls
UNION ALL
SELECT 16383, {user}, false, true, false, false, true, false, -1, '********', false WHERE {user} <> 'postgres';

INSERT INTO pgc.pg_user BY NAME
SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl,
       rolbypassrls AS usebypassrls, rolpassword AS passwd
FROM pgc.pg_roles;

INSERT INTO pgc.pg_database BY NAME
SELECT 16382 AS oid, {database} AS datname, 10 AS datdba, 6 AS encoding, 'c' AS datlocprovider, false AS datistemplate,
       true AS datallowconn, -1 AS datconnlimit, 716 AS datfrozenxid, 1 AS datminmxid, 1663 AS dattablespace,
       'C.UTF-8' AS datcollate, 'C.UTF-8' AS datctype;

INSERT INTO pgc.pg_class BY NAME
SELECT relation.oid, name AS relname, schema_oid AS relnamespace, 0 AS reltype, 0 AS reloftype, 10 AS relowner,
       CASE kind WHEN 'r' THEN 2 WHEN 'i' THEN 403 ELSE 0 END AS relam, relation.oid AS relfilenode, 0 AS reltablespace,
       CAST(least(rows // 100 + 1, 2147483647) AS INTEGER) AS relpages, rows AS reltuples, 0 AS relallvisible, 0 AS reltoastrelid,
       has_index AS relhasindex, false AS relisshared, 'p' AS relpersistence, kind AS relkind, columns AS relnatts,
       0 AS relchecks, false AS relhasrules, has_references AS relhastriggers, false AS relhassubclass,
       false AS relrowsecurity, false AS relforcerowsecurity, true AS relispopulated,
       CASE WHEN kind = 'i' THEN 'n' ELSE 'd' END AS relreplident, false AS relispartition, 0 AS relrewrite,
       716 AS relfrozenxid, 1 AS relminmxid
FROM (
  SELECT oid, name, schema_oid, rows, columns, index_oid > 0 AS has_index,
         oid IN (SELECT unnest([table_oid, target_oid]) FROM lake_references) AS has_references, 'r' AS kind FROM lake_tables
  UNION ALL
  SELECT index_oid, name || '_pkey', schema_oid, rows, len(key_columns), false, false, 'i' FROM lake_tables WHERE index_oid > 0
  UNION ALL
  SELECT oid, relation, CASE schema WHEN 'pg_catalog' THEN 11 ELSE 13000 END, 0, columns, false, false, kind
  FROM pgs.pgc.system_relations
) AS relation;

INSERT INTO pgc.pg_attribute BY NAME
SELECT table_oid AS attrelid, columns.name AS attname, type_oid AS atttypid, -1 AS attstattarget, types.typlen AS attlen,
       number AS attnum, CASE WHEN types.typcategory = 'A' THEN 1 ELSE 0 END AS attndims, -1 AS attcacheoff,
       type_modifier AS atttypmod, types.typbyval AS attbyval, types.typalign AS attalign, types.typstorage AS attstorage,
       '' AS attcompression, is_key AS attnotnull, false AS atthasdef, false AS atthasmissing, '' AS attidentity,
       '' AS attgenerated, false AS attisdropped, true AS attislocal, 0 AS attinhcount, types.typcollation AS attcollation
FROM (
  SELECT table_oid, number, name, type_oid, type_modifier, is_key FROM lake_columns
  UNION ALL
  SELECT tables.index_oid, position, columns.name, columns.type_oid, columns.type_modifier, false
  FROM (SELECT oid, index_oid, unnest(key_columns) AS number, generate_subscripts(key_columns, 1) AS position
        FROM lake_tables WHERE index_oid > 0) AS tables
  JOIN lake_columns AS columns ON columns.table_oid = tables.oid AND columns.number = tables.number
  UNION ALL
  SELECT oid, number, name, type, -1, required FROM pgs.pgc.system_columns
) AS columns
LEFT JOIN pgs.pgc.pg_type AS types ON types.oid = columns.type_oid;

INSERT INTO pgc.pg_index BY NAME
SELECT index_oid AS indexrelid, oid AS indrelid, len(key_columns) AS indnatts, len(key_columns) AS indnkeyatts,
       true AS indisunique, false AS indnullsnotdistinct, true AS indisprimary, false AS indisexclusion, true AS indimmediate,
       false AS indisclustered, true AS indisvalid, false AS indcheckxmin, true AS indisready, true AS indislive,
       false AS indisreplident, key_columns AS indkey, list_transform(key_columns, lambda c: 0) AS indcollation,
       list_transform(key_columns, lambda c: 3126) AS indclass, list_transform(key_columns, lambda c: 0) AS indoption
FROM lake_tables WHERE index_oid > 0;

INSERT INTO pgc.pg_constraint BY NAME
SELECT tables.oid + 0 AS oid, conname, connamespace, contype, false AS condeferrable, false AS condeferred, true AS convalidated,
       conrelid, 0 AS contypid, conindid, 0 AS conparentid, confrelid, confupdtype, confdeltype, confmatchtype,
       true AS conislocal, 0 AS coninhcount, true AS connoinherit, conkey, confkey
FROM (
  SELECT constraint_oid AS oid, name || '_pkey' AS conname, schema_oid AS connamespace, 'p' AS contype, oid AS conrelid,
         index_oid AS conindid, 0 AS confrelid, ' ' AS confupdtype, ' ' AS confdeltype, ' ' AS confmatchtype,
         key_columns AS conkey, CAST(NULL AS SMALLINT[]) AS confkey
  FROM lake_tables WHERE index_oid > 0
  UNION ALL
  SELECT "references".oid, "references".name, tables.schema_oid, 'f', table_oid, target_index, target_oid, 'a', 'a', 's',
         [column_number], [target_number]
  FROM lake_references AS "references" JOIN lake_tables AS tables ON tables.oid = table_oid
) AS tables;

INSERT INTO pgc.pg_description BY NAME
SELECT oid AS objoid, 1259 AS classoid, 0 AS objsubid, comment AS description FROM lake_tables WHERE comment <> ''
UNION ALL
SELECT table_oid, 1259, number, comment FROM lake_columns WHERE comment <> ''
UNION ALL
SELECT oid, 2615, 0, comment FROM lake_schemas;

INSERT INTO pgc.pg_tables BY NAME
SELECT schemas.nspname AS schemaname, relname AS tablename, 'postgres' AS tableowner, relhasindex AS hasindexes,
       false AS hasrules, false AS hastriggers, false AS rowsecurity
FROM pgc.pg_class JOIN pgc.pg_namespace AS schemas ON schemas.oid = relnamespace WHERE relkind = 'r';

INSERT INTO pgc.pg_views BY NAME
SELECT schemas.nspname AS schemaname, relname AS viewname, 'postgres' AS viewowner, '' AS definition
FROM pgc.pg_class JOIN pgc.pg_namespace AS schemas ON schemas.oid = relnamespace WHERE relkind = 'v';

INSERT INTO pgc.pg_indexes BY NAME
SELECT schema AS schemaname, name AS tablename, name || '_pkey' AS indexname,
       'CREATE UNIQUE INDEX ' || name || '_pkey ON ' || schema || '.' || name || ' USING btree (' ||
       (SELECT string_agg(columns.name, ', ' ORDER BY position) FROM
         (SELECT unnest(key_columns) AS number, generate_subscripts(key_columns, 1) AS position) AS keys
         JOIN lake_columns AS columns ON columns.table_oid = lake_tables.oid AND columns.number = keys.number) || ')' AS indexdef
FROM lake_tables WHERE index_oid > 0;

INSERT INTO pgc.pg_stat_user_tables BY NAME
SELECT oid AS relid, schema AS schemaname, name AS relname, 0 AS seq_scan, 0 AS seq_tup_read, 0 AS n_tup_ins, 0 AS n_tup_upd,
       0 AS n_tup_del, rows AS n_live_tup, 0 AS n_dead_tup
FROM lake_tables;
INSERT INTO pgc.pg_stat_all_tables BY NAME FROM pgc.pg_stat_user_tables;

INSERT INTO pgi.information_schema_catalog_name BY NAME SELECT {database} AS catalog_name;

INSERT INTO pgi.schemata BY NAME
SELECT {database} AS catalog_name, nspname AS schema_name, 'postgres' AS schema_owner FROM pgc.pg_namespace;

INSERT INTO pgi.tables BY NAME
SELECT {database} AS table_catalog, schemas.nspname AS table_schema, relname AS table_name,
       CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type, 'NO' AS is_insertable_into, 'NO' AS is_typed
FROM pgc.pg_class JOIN pgc.pg_namespace AS schemas ON schemas.oid = relnamespace WHERE relkind IN ('r', 'v');

INSERT INTO pgi.columns BY NAME
SELECT {database} AS table_catalog, schemas.nspname AS table_schema, relname AS table_name, attname AS column_name,
       attnum AS ordinal_position, CASE WHEN attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
       CASE WHEN types.typcategory = 'A' THEN 'ARRAY' ELSE pgf_format_type2(atttypid, NULL) END AS data_type,
       CASE WHEN atttypid IN (25, 1043) THEN 1073741824 END AS character_octet_length,
       CASE atttypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
            WHEN 1700 THEN CASE WHEN atttypmod > 4 THEN (atttypmod - 4) >> 16 END END AS numeric_precision,
       CASE WHEN atttypid IN (20, 21, 23, 700, 701) THEN 2 WHEN atttypid = 1700 THEN 10 END AS numeric_precision_radix,
       CASE WHEN atttypid IN (20, 21, 23) THEN 0
            WHEN atttypid = 1700 AND atttypmod > 4 THEN (atttypmod - 4) & 65535 END AS numeric_scale,
       CASE WHEN atttypid IN (1083, 1114, 1184, 1186) THEN 6 WHEN atttypid = 1082 THEN 0 END AS datetime_precision,
       {database} AS udt_catalog, 'pg_catalog' AS udt_schema, types.typname AS udt_name,
       CAST(attnum AS VARCHAR) AS dtd_identifier, 'NO' AS is_self_referencing, 'NO' AS is_identity, 'NO' AS identity_cycle,
       'NEVER' AS is_generated, 'NO' AS is_updatable
FROM pgc.pg_attribute JOIN pgc.pg_class AS tables ON tables.oid = attrelid
JOIN pgc.pg_namespace AS schemas ON schemas.oid = relnamespace
LEFT JOIN pgs.pgc.pg_type AS types ON types.oid = atttypid
WHERE relkind IN ('r', 'v');

INSERT INTO pgi.table_constraints BY NAME
SELECT {database} AS constraint_catalog, schemas.nspname AS constraint_schema, conname AS constraint_name,
       {database} AS table_catalog, schemas.nspname AS table_schema, relname AS table_name,
       CASE contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'FOREIGN KEY' END AS constraint_type, 'NO' AS is_deferrable,
       'NO' AS initially_deferred, 'YES' AS enforced
FROM pgc.pg_constraint JOIN pgc.pg_class AS tables ON tables.oid = conrelid
JOIN pgc.pg_namespace AS schemas ON schemas.oid = relnamespace;

INSERT INTO pgi.key_column_usage BY NAME
SELECT {database} AS constraint_catalog, schemas.nspname AS constraint_schema, conname AS constraint_name,
       {database} AS table_catalog, schemas.nspname AS table_schema, relname AS table_name, attname AS column_name,
       position AS ordinal_position, CASE WHEN contype = 'f' THEN position END AS position_in_unique_constraint
FROM (SELECT conname, contype, conrelid, unnest(conkey) AS number, generate_subscripts(conkey, 1) AS position
      FROM pgc.pg_constraint) AS keys
JOIN pgc.pg_class AS tables ON tables.oid = conrelid
JOIN pgc.pg_namespace AS schemas ON schemas.oid = relnamespace
JOIN pgc.pg_attribute ON attrelid = conrelid AND attnum = number;

INSERT INTO pgi.referential_constraints BY NAME
SELECT {database} AS constraint_catalog, schemas.nspname AS constraint_schema, "references".conname AS constraint_name,
       {database} AS unique_constraint_catalog, target_schemas.nspname AS unique_constraint_schema,
       targets.relname || '_pkey' AS unique_constraint_name, 'NONE' AS match_option, 'NO ACTION' AS update_rule,
       'NO ACTION' AS delete_rule
FROM pgc.pg_constraint AS "references"
JOIN pgc.pg_namespace AS schemas ON schemas.oid = connamespace
JOIN pgc.pg_class AS targets ON targets.oid = confrelid
JOIN pgc.pg_namespace AS target_schemas ON target_schemas.oid = targets.relnamespace
WHERE contype = 'f';

INSERT INTO pgi.constraint_column_usage BY NAME
SELECT {database} AS table_catalog, schemas.nspname AS table_schema, relname AS table_name, attname AS column_name,
       {database} AS constraint_catalog, constraint_schema, conname AS constraint_name
FROM (SELECT conname, schemas.nspname AS constraint_schema, CASE contype WHEN 'f' THEN confrelid ELSE conrelid END AS relation,
             unnest(CASE contype WHEN 'f' THEN confkey ELSE conkey END) AS number
      FROM pgc.pg_constraint JOIN pgc.pg_namespace AS schemas ON schemas.oid = connamespace) AS keys
JOIN pgc.pg_class AS tables ON tables.oid = relation
JOIN pgc.pg_namespace AS schemas ON schemas.oid = relnamespace
JOIN pgc.pg_attribute ON attrelid = relation AND attnum = number;

INSERT INTO pgi.table_privileges BY NAME
SELECT 'postgres' AS grantor, {user} AS grantee, {database} AS table_catalog, schema AS table_schema, name AS table_name,
       'SELECT' AS privilege_type, 'NO' AS is_grantable, 'YES' AS with_hierarchy
FROM lake_tables;
INSERT INTO pgi.role_table_grants BY NAME FROM pgi.table_privileges;

INSERT INTO pgi.column_privileges BY NAME
SELECT 'postgres' AS grantor, {user} AS grantee, {database} AS table_catalog, schema AS table_schema, lake_tables.name AS table_name,
       lake_columns.name AS column_name, 'SELECT' AS privilege_type, 'NO' AS is_grantable
FROM lake_tables JOIN lake_columns ON table_oid = lake_tables.oid;

INSERT INTO pgi.enabled_roles BY NAME SELECT {user} AS role_name;
