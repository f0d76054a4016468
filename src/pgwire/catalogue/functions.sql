-- PostgreSQL's functions about its catalogue, and those that the engine has with another meaning. A name ends with
-- the number of arguments. The views have names that no query has: an argument such as `oid` or `c.oid` means what
-- it means outside of the function. VIEW and TABLE make a view and a function that stands in a FROM.
pgf_is_quoted_word1(a) := a IN ('all', 'analyse', 'analyze', 'and', 'any', 'array', 'as', 'asc', 'asymmetric', 'authorization', 'between', 'bigint', 'binary', 'bit', 'boolean', 'both', 'case', 'cast', 'char', 'character', 'check', 'coalesce', 'collate', 'collation', 'column', 'concurrently', 'constraint', 'create', 'cross', 'current_catalog', 'current_date', 'current_role', 'current_schema', 'current_time', 'current_timestamp', 'current_user', 'dec', 'decimal', 'default', 'deferrable', 'desc', 'distinct', 'do', 'else', 'end', 'except', 'exists', 'extract', 'false', 'fetch', 'float', 'for', 'foreign', 'freeze', 'from', 'full', 'grant', 'greatest', 'group', 'grouping', 'having', 'ilike', 'in', 'initially', 'inner', 'inout', 'int', 'integer', 'intersect', 'interval', 'into', 'is', 'isnull', 'join', 'lateral', 'leading', 'least', 'left', 'like', 'limit', 'localtime', 'localtimestamp', 'national', 'natural', 'nchar', 'none', 'normalize', 'not', 'notnull', 'null', 'nullif', 'numeric', 'offset', 'on', 'only', 'or', 'order', 'out', 'outer', 'overlaps', 'overlay', 'placing', 'position', 'precision', 'primary', 'real', 'references', 'returning', 'right', 'row', 'select', 'session_user', 'setof', 'similar', 'smallint', 'some', 'substring', 'symmetric', 'table', 'tablesample', 'then', 'time', 'timestamp', 'to', 'trailing', 'treat', 'trim', 'true', 'union', 'unique', 'user', 'using', 'values', 'varchar', 'variadic', 'verbose', 'when', 'where', 'window', 'with', 'xmlattributes', 'xmlconcat', 'xmlelement', 'xmlexists', 'xmlforest', 'xmlnamespaces', 'xmlparse', 'xmlpi', 'xmlroot', 'xmlserialize', 'xmltable')
pgf_quote_ident1(a) := CASE WHEN regexp_full_match(a, '[a-z_][a-z0-9_]*') AND NOT pgf_is_quoted_word1(a) THEN a ELSE '"' || replace(a, '"', '""') || '"' END
VIEW pgm_type := SELECT oid AS pgm_type_oid, typname AS pgm_type_name, typnamespace AS pgm_type_space, typcategory AS pgm_type_kind FROM pgs.pgc.pg_type
VIEW pgm_class := SELECT oid AS pgm_class_oid, relname AS pgm_class_name, relnamespace AS pgm_class_space, reltuples AS pgm_class_rows FROM pgc.pg_class
VIEW pgm_space := SELECT oid AS pgm_space_oid, nspname AS pgm_space_name FROM pgc.pg_namespace
VIEW pgm_visible := SELECT pgm_class_oid AS pgm_visible_oid, arg_min(pgm_class_oid, place) OVER (PARTITION BY pgm_class_name) = pgm_class_oid AS pgm_visible_is FROM pgm_class JOIN search_order ON schema_oid = pgm_class_space
VIEW pgm_name := SELECT pgm_class_oid AS pgm_name_oid, pgm_class_name AS pgm_name_bare, pgm_space_name || '.' || pgm_class_name AS pgm_name_full, pgf_quote_ident1(pgm_space_name) || '.' || pgf_quote_ident1(pgm_class_name) AS pgm_name_quoted, CASE WHEN coalesce(pgm_visible_is, false) THEN '' ELSE pgf_quote_ident1(pgm_space_name) || '.' END || pgf_quote_ident1(pgm_class_name) AS pgm_name_text, coalesce(pgm_visible_is, false) AS pgm_name_visible FROM pgm_class JOIN pgm_space ON pgm_space_oid = pgm_class_space LEFT JOIN pgm_visible ON pgm_visible_oid = pgm_class_oid
VIEW pgm_key_columns := SELECT keys.oid AS pgm_key_oid, keys.side AS pgm_key_side, string_agg(pgf_quote_ident1(attname), ', ' ORDER BY keys.place) AS pgm_key_text FROM (SELECT oid, 'own' AS side, conrelid AS relation, unnest(conkey) AS number, generate_subscripts(conkey, 1) AS place FROM pgc.pg_constraint UNION ALL SELECT oid, 'other', confrelid, unnest(confkey), generate_subscripts(confkey, 1) FROM pgc.pg_constraint UNION ALL SELECT indexrelid, 'own', indrelid, unnest(indkey), generate_subscripts(indkey, 1) FROM pgc.pg_index) AS keys JOIN pgc.pg_attribute ON attrelid = keys.relation AND attnum = keys.number GROUP BY keys.oid, keys.side
VIEW pgm_constraint := SELECT oid AS pgm_constraint_oid, CASE contype WHEN 'p' THEN 'PRIMARY KEY (' || own.pgm_key_text || ')' ELSE 'FOREIGN KEY (' || own.pgm_key_text || ') REFERENCES ' || pgm_name_text || '(' || other.pgm_key_text || ')' END AS pgm_constraint_text FROM pgc.pg_constraint JOIN pgm_key_columns AS own ON own.pgm_key_oid = oid AND own.pgm_key_side = 'own' LEFT JOIN pgm_key_columns AS other ON other.pgm_key_oid = oid AND other.pgm_key_side = 'other' LEFT JOIN pgm_name ON pgm_name_oid = confrelid
VIEW pgm_index := SELECT indexrelid AS pgm_index_oid, 'CREATE UNIQUE INDEX ' || pgf_quote_ident1(own.pgm_name_bare) || ' ON ' || of_table.pgm_name_quoted || ' USING btree (' || pgm_key_text || ')' AS pgm_index_text FROM pgc.pg_index JOIN pgm_name AS own ON own.pgm_name_oid = indexrelid JOIN pgm_name AS of_table ON of_table.pgm_name_oid = indrelid JOIN pgm_key_columns ON pgm_key_oid = indexrelid
VIEW pgm_attribute := SELECT attrelid AS pgm_attribute_table, attnum AS pgm_attribute_number, attname AS pgm_attribute_name FROM pgc.pg_attribute
VIEW pgm_role := SELECT oid AS pgm_role_oid, rolname AS pgm_role_name FROM pgc.pg_roles
VIEW pgm_description := SELECT objoid AS pgm_description_object, classoid AS pgm_description_class, objsubid AS pgm_description_part, description AS pgm_description_text FROM pgc.pg_description
VIEW pgm_proc := SELECT oid AS pgm_proc_oid, proname AS pgm_proc_name FROM pgs.pgc.pg_proc
VIEW pgm_setting := SELECT name AS pgm_setting_name, setting AS pgm_setting_value FROM pgs.pgc.pg_settings
pgf_format_type2(o, m) := CASE WHEN o IS NULL THEN NULL ELSE coalesce((SELECT CASE pgm_type_name WHEN 'int4' THEN 'integer' WHEN 'int8' THEN 'bigint' WHEN 'int2' THEN 'smallint' WHEN 'float8' THEN 'double precision' WHEN 'float4' THEN 'real' WHEN 'bool' THEN 'boolean' WHEN 'varchar' THEN 'character varying' || CASE WHEN m > 4 THEN '(' || CAST(m - 4 AS VARCHAR) || ')' ELSE '' END WHEN 'bpchar' THEN 'character' WHEN 'timestamptz' THEN 'timestamp with time zone' WHEN 'timestamp' THEN 'timestamp without time zone' WHEN 'timetz' THEN 'time with time zone' WHEN 'time' THEN 'time without time zone' WHEN 'char' THEN '"char"' WHEN 'varbit' THEN 'bit varying' WHEN 'numeric' THEN 'numeric' || CASE WHEN m > 4 THEN '(' || CAST(((m - 4) >> 16) & 65535 AS VARCHAR) || ',' || CAST((m - 4) & 65535 AS VARCHAR) || ')' ELSE '' END WHEN '_int4' THEN 'integer[]' WHEN '_int8' THEN 'bigint[]' WHEN '_int2' THEN 'smallint[]' WHEN '_float8' THEN 'double precision[]' WHEN '_float4' THEN 'real[]' WHEN '_bool' THEN 'boolean[]' WHEN '_varchar' THEN 'character varying[]' WHEN '_timestamptz' THEN 'timestamp with time zone[]' WHEN '_timestamp' THEN 'timestamp without time zone[]' WHEN '_char' THEN '"char"[]' ELSE CASE WHEN pgm_type_kind = 'A' AND pgm_type_name LIKE '\_%' ESCAPE '\' THEN substr(pgm_type_name, 2) || '[]' ELSE CASE WHEN pgm_type_space = 11 THEN pgm_type_name ELSE 'information_schema.' || pgm_type_name END END END FROM pgm_type WHERE pgm_type_oid = CAST(o AS UINTEGER)), '???') END
pgf_format_type1(o) := pgf_format_type2(o, NULL)
pgf_pg_table_is_visible1(o) := coalesce((SELECT pgm_visible_is FROM pgm_visible WHERE pgm_visible_oid = CAST(o AS UINTEGER)), false)
pgf_pg_type_is_visible1(o) := coalesce((SELECT pgm_type_space = 11 FROM pgm_type WHERE pgm_type_oid = CAST(o AS UINTEGER)), false)
pgf_pg_function_is_visible1(o) := true
pgf_pg_operator_is_visible1(o) := true
pgf_pg_opclass_is_visible1(o) := true
pgf_pg_opfamily_is_visible1(o) := true
pgf_pg_collation_is_visible1(o) := true
pgf_pg_conversion_is_visible1(o) := true
pgf_pg_ts_config_is_visible1(o) := true
pgf_pg_ts_dict_is_visible1(o) := true
pgf_pg_ts_parser_is_visible1(o) := true
pgf_pg_ts_template_is_visible1(o) := true
pgf_pg_statistics_obj_is_visible1(o) := true
pgf_pg_get_userbyid1(o) := coalesce((SELECT pgm_role_name FROM pgm_role WHERE pgm_role_oid = CAST(o AS UINTEGER)), 'unknown (OID=' || CAST(o AS VARCHAR) || ')')
pgf_pg_encoding_to_char1(o) := CASE WHEN o = 6 THEN 'UTF8' ELSE '' END
pgf_pg_char_to_encoding1(o) := CASE WHEN upper(o) IN ('UTF8', 'UTF-8') THEN 6 ELSE -1 END
pgf_pg_client_encoding0() := 'UTF8'
pgf_getdatabaseencoding0() := 'UTF8'
pgf__pg_expandarray1(a) := unnest(list_transform(a, lambda v, i: {'x': v, 'n': CAST(i AS INTEGER)}))
TABLE pgf_pg_get_keywords0() := SELECT keyword_name AS word, CASE keyword_category WHEN 'unreserved' THEN 'U' WHEN 'column_name' THEN 'C' WHEN 'type_function' THEN 'T' ELSE 'R' END AS catcode, keyword_category <> 'reserved' AS barelabel, CASE keyword_category WHEN 'column_name' THEN 'unreserved (cannot be function or type name)' WHEN 'type_function' THEN 'reserved (can be function or type name)' ELSE keyword_category END AS catdesc, CASE WHEN keyword_category <> 'reserved' THEN 'can be bare label' ELSE 'requires AS' END AS baredesc FROM duckdb_keywords()
TABLE pgf_pg_show_all_settings0() := SELECT * FROM pgs.pgc.pg_settings
TABLE pgf_pg_available_extensions0() := SELECT CAST('' AS VARCHAR) AS name, CAST('' AS VARCHAR) AS default_version, CAST('' AS VARCHAR) AS comment WHERE false
TABLE pgf_pg_options_to_table1(o) := SELECT CAST('' AS VARCHAR) AS option_name, CAST('' AS VARCHAR) AS option_value WHERE false
TABLE pgf_aclexplode1(a) := SELECT CAST(0 AS UINTEGER) AS grantor, CAST(0 AS UINTEGER) AS grantee, CAST('' AS VARCHAR) AS privilege_type, false AS is_grantable WHERE false
TABLE pgf_string_to_table2(s, d) := SELECT unnest(string_split(s, d)) AS string_to_table
TABLE pgf_regexp_split_to_table2(s, d) := SELECT unnest(string_split_regex(s, d)) AS regexp_split_to_table
pgf_pg_partition_ancestors1(o) := CAST(NULL AS UINTEGER)
pgf_pg_get_expr2(a, b) := CAST(NULL AS VARCHAR)
pgf_pg_get_expr3(a, b, c) := CAST(NULL AS VARCHAR)
pgf_pg_get_viewdef1(a) := CAST('' AS VARCHAR)
pgf_pg_get_viewdef2(a, b) := CAST('' AS VARCHAR)
pgf_pg_get_ruledef1(a) := CAST('' AS VARCHAR)
pgf_pg_get_ruledef2(a, b) := CAST('' AS VARCHAR)
pgf_pg_get_functiondef1(a) := CAST('' AS VARCHAR)
pgf_quote_literal1(a) := '''' || replace(a, '''', '''''') || ''''
pgf_name_regclass(o) := coalesce((SELECT pgm_name_text FROM pgm_name WHERE pgm_name_oid = CAST(o AS UINTEGER)), CASE WHEN CAST(o AS UINTEGER) = 0 THEN '-' ELSE CAST(o AS VARCHAR) END)
pgf_pg_get_constraintdef1(o) := (SELECT pgm_constraint_text FROM pgm_constraint WHERE pgm_constraint_oid = CAST(o AS UINTEGER))
pgf_pg_get_constraintdef2(o, p) := pgf_pg_get_constraintdef1(o)
pgf_pg_get_indexdef1(o) := (SELECT pgm_index_text FROM pgm_index WHERE pgm_index_oid = CAST(o AS UINTEGER))
pgf_pg_get_indexdef3(o, n, p) := CASE WHEN n = 0 THEN pgf_pg_get_indexdef1(o) ELSE (SELECT pgm_attribute_name FROM pgm_attribute WHERE pgm_attribute_table = CAST(o AS UINTEGER) AND pgm_attribute_number = n) END
pgf_pg_index_column_has_property3(o, n, p) := CASE WHEN p IN ('asc', 'orderable', 'nulls_last') THEN true ELSE false END
pgf_pg_get_partkeydef1(o) := CAST(NULL AS VARCHAR)
pgf_pg_get_statisticsobjdef_columns1(o) := CAST(NULL AS VARCHAR)
pgf_pg_get_serial_sequence2(a, b) := CAST(NULL AS VARCHAR)
pgf_pg_get_function_result1(o) := CAST('' AS VARCHAR)
pgf_pg_get_function_arguments1(o) := CAST('' AS VARCHAR)
pgf_pg_get_function_identity_arguments1(o) := CAST('' AS VARCHAR)
pgf_pg_get_function_sqlbody1(o) := CAST(NULL AS VARCHAR)
pgf_pg_get_function_arg_default2(o, n) := CAST(NULL AS VARCHAR)
pgf_pg_get_triggerdef1(a) := CAST('' AS VARCHAR)
pgf_pg_get_triggerdef2(a, b) := CAST('' AS VARCHAR)
pgf_pg_collation_for1(a) := CAST(NULL AS VARCHAR)
pgf_obj_description2(o, c) := (SELECT pgm_description_text FROM pgm_description WHERE pgm_description_object = CAST(o AS UINTEGER) AND pgm_description_part = 0 AND pgm_description_class = CASE c WHEN 'pg_class' THEN 1259 WHEN 'pg_namespace' THEN 2615 END)
pgf_obj_description1(o) := (SELECT max(pgm_description_text) FROM pgm_description WHERE pgm_description_object = CAST(o AS UINTEGER) AND pgm_description_part = 0)
pgf_col_description2(o, n) := (SELECT pgm_description_text FROM pgm_description WHERE pgm_description_object = CAST(o AS UINTEGER) AND pgm_description_part = n AND n > 0)
pgf_shobj_description2(o, c) := CAST(NULL AS VARCHAR)
pgf_is_reading(p) := lower(CAST(p AS VARCHAR)) IN ('select', 'usage', 'connect', 'set', 'member', 'execute', 'select with grant option')
pgf_has_table_privilege2(a, p) := pgf_is_reading(p)
pgf_has_table_privilege3(u, a, p) := pgf_is_reading(p)
pgf_has_schema_privilege2(a, p) := pgf_is_reading(p)
pgf_has_schema_privilege3(u, a, p) := pgf_is_reading(p)
pgf_has_database_privilege2(a, p) := pgf_is_reading(p)
pgf_has_database_privilege3(u, a, p) := pgf_is_reading(p)
pgf_has_column_privilege3(a, c, p) := pgf_is_reading(p)
pgf_has_column_privilege4(u, a, c, p) := pgf_is_reading(p)
pgf_has_any_column_privilege2(a, p) := pgf_is_reading(p)
pgf_has_any_column_privilege3(u, a, p) := pgf_is_reading(p)
pgf_has_sequence_privilege2(a, p) := pgf_is_reading(p)
pgf_has_function_privilege2(a, p) := pgf_is_reading(p)
pgf_has_function_privilege3(u, a, p) := pgf_is_reading(p)
pgf_pg_has_role2(a, p) := true
pgf_pg_has_role3(u, a, p) := true
pgf_pg_relation_is_publishable1(o) := false
pgf_pg_is_in_recovery0() := false
pgf_pg_is_other_temp_schema1(o) := false
pgf_pg_my_temp_schema0() := 0
pgf_pg_postmaster_start_time0() := (SELECT started FROM pgs.pgc.server_start)
pgf_pg_conf_load_time0() := (SELECT started FROM pgs.pgc.server_start)
pgf_txid_current0() := CAST(716 AS BIGINT)
pgf_pg_current_xact_id0() := CAST(716 AS BIGINT)
pgf_pg_database_size1(o) := CAST(0 AS BIGINT)
pgf_pg_table_size1(o) := CAST(0 AS BIGINT)
pgf_pg_indexes_size1(o) := CAST(0 AS BIGINT)
pgf_pg_total_relation_size1(o) := CAST(0 AS BIGINT)
pgf_pg_relation_size1(o) := CAST(0 AS BIGINT)
pgf_pg_relation_size2(o, f) := CAST(0 AS BIGINT)
pgf_pg_tablespace_size1(o) := CAST(0 AS BIGINT)
pgf_pg_tablespace_location1(o) := CAST('' AS VARCHAR)
pgf_pg_size_pretty1(n) := CASE WHEN abs(n) < 10240 THEN CAST(n AS VARCHAR) || ' bytes' WHEN abs(n) < 10485760 THEN CAST((n + 512) // 1024 AS VARCHAR) || ' kB' WHEN abs(n) < 10737418240 THEN CAST((n + 524288) // 1048576 AS VARCHAR) || ' MB' ELSE CAST((n + 536870912) // 1073741824 AS VARCHAR) || ' GB' END
pgf_pg_relation_filenode1(o) := CAST(0 AS UINTEGER)
pgf_pg_relation_filepath1(o) := CAST(NULL AS VARCHAR)
pgf_pg_stat_get_live_tuples1(o) := CAST((SELECT pgm_class_rows FROM pgm_class WHERE pgm_class_oid = CAST(o AS UINTEGER)) AS BIGINT)
pgf_pg_typeof1(a) := CASE typeof(a) WHEN 'BIGINT' THEN 'bigint' WHEN 'INTEGER' THEN 'integer' WHEN 'SMALLINT' THEN 'smallint' WHEN 'DOUBLE' THEN 'double precision' WHEN 'FLOAT' THEN 'real' WHEN 'VARCHAR' THEN 'text' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'DATE' THEN 'date' WHEN 'TIMESTAMP' THEN 'timestamp without time zone' WHEN 'TIMESTAMP WITH TIME ZONE' THEN 'timestamp with time zone' WHEN 'INTERVAL' THEN 'interval' WHEN 'UUID' THEN 'uuid' WHEN 'BLOB' THEN 'bytea' WHEN 'HUGEINT' THEN 'numeric' WHEN 'JSON' THEN 'json' ELSE CASE WHEN typeof(a) LIKE 'DECIMAL%' THEN 'numeric' ELSE lower(typeof(a)) END END
pgf_pg_column_size1(a) := length(CAST(a AS VARCHAR))
pgf_pg_blocking_pids1(a) := CAST([] AS INTEGER[])
pgf_inet_server_addr0() := CAST(NULL AS VARCHAR)
pgf_inet_server_port0() := CAST(NULL AS INTEGER)
pgf_inet_client_addr0() := CAST(NULL AS VARCHAR)
pgf_inet_client_port0() := CAST(NULL AS INTEGER)
pgf_to_regclass1(s) := (SELECT pgm_name_oid FROM pgm_name WHERE replace(CAST(s AS VARCHAR), '"', '') = pgm_name_full OR (replace(CAST(s AS VARCHAR), '"', '') = pgm_name_bare AND pgm_name_visible) OR pgm_name_oid = try_cast(s AS UINTEGER) LIMIT 1)
pgf_to_regclass(s) := pgf_to_regclass1(s)
pgf_to_regtype(s) := (SELECT pgm_type_oid FROM pgm_type WHERE pgm_type_name = CASE replace(CAST(s AS VARCHAR), 'pg_catalog.', '') WHEN 'integer' THEN 'int4' WHEN 'int' THEN 'int4' WHEN 'bigint' THEN 'int8' WHEN 'smallint' THEN 'int2' WHEN 'boolean' THEN 'bool' WHEN 'character varying' THEN 'varchar' WHEN 'double precision' THEN 'float8' WHEN 'real' THEN 'float4' WHEN 'timestamp with time zone' THEN 'timestamptz' WHEN 'timestamp without time zone' THEN 'timestamp' ELSE replace(replace(CAST(s AS VARCHAR), 'pg_catalog.', ''), '"', '') END OR pgm_type_oid = try_cast(s AS UINTEGER) ORDER BY pgm_type_oid LIMIT 1)
pgf_to_regtype1(s) := pgf_to_regtype(s)
pgf_to_regproc(s) := (SELECT pgm_proc_oid FROM pgm_proc WHERE pgm_proc_name = replace(CAST(s AS VARCHAR), 'pg_catalog.', '') LIMIT 1)
pgf_to_regproc1(s) := pgf_to_regproc(s)
pgf_to_regnamespace(s) := (SELECT pgm_space_oid FROM pgm_space WHERE pgm_space_name = replace(CAST(s AS VARCHAR), '"', '') OR pgm_space_oid = try_cast(s AS UINTEGER) LIMIT 1)
pgf_to_regnamespace1(s) := pgf_to_regnamespace(s)
pgf_to_regrole(s) := (SELECT pgm_role_oid FROM pgm_role WHERE pgm_role_name = s LIMIT 1)
pgf_to_regrole1(s) := pgf_to_regrole(s)
pgf_name_regtype(o) := CASE WHEN CAST(o AS UINTEGER) = 0 THEN '-' ELSE pgf_format_type2(o, NULL) END
pgf_names_regtype(l) := (SELECT list(pgf_name_regtype(listed)) FROM (SELECT unnest(l) AS listed) AS types)
pgf_name_regproc(o) := coalesce((SELECT pgm_proc_name FROM pgm_proc WHERE pgm_proc_oid = CAST(o AS UINTEGER)), '-')
pgf_name_regrole(o) := coalesce((SELECT pgm_role_name FROM pgm_role WHERE pgm_role_oid = CAST(o AS UINTEGER)), CAST(o AS VARCHAR))
pgf_name_regnamespace(o) := coalesce((SELECT pgm_space_name FROM pgm_space WHERE pgm_space_oid = CAST(o AS UINTEGER)), CAST(o AS VARCHAR))
pgf_current_setting1(s) := (SELECT pgm_setting_value FROM pgm_setting WHERE pgm_setting_name = lower(s))
pgf_current_setting2(s, m) := (SELECT pgm_setting_value FROM pgm_setting WHERE pgm_setting_name = lower(s))
pgf_set_config3(a, b, c) := CAST(b AS VARCHAR)
pg_backend_pid() := 1
version() := 'PostgreSQL 15.18 (Cadenza)'
pg_array_length(a, n) := nullif(len(a), 0)
pg_array_upper(a, n) := nullif(len(a), 0)
pg_array_lower(a, n) := CASE WHEN len(a) > 0 THEN 1 END
pg_array_to_string(a, b) := array_to_string(list_transform(a, lambda x: CAST(x AS VARCHAR)), b)
pg_octet_length(a) := strlen(CAST(a AS VARCHAR))
pg_log(a) := log10(a)
pg_div(a, b) := trunc(a / b)
pg_sha256(a) := unhex(sha256(a))
pg_substring_match(a, b, g) := CASE WHEN regexp_matches(a, b) THEN regexp_extract(a, b, g) END
pgf_match(a, b, l) := CASE WHEN regexp_matches(a, b) THEN l END
pgf_rows_of_match(a, b, l) := unnest(CASE WHEN regexp_matches(a, b) THEN [l] ELSE [] END)
pgf_float_text(t) := replace(replace(regexp_replace(t, '\.0$', ''), 'nan', 'NaN'), 'inf', 'Infinity')
pgf_text(x) := CASE typeof(x) WHEN 'DOUBLE' THEN pgf_float_text(CAST(x AS VARCHAR)) WHEN 'FLOAT' THEN pgf_float_text(CAST(x AS VARCHAR)) WHEN 'DECIMAL(38,10)' THEN regexp_replace(CAST(x AS VARCHAR), '\.?0+$', '') ELSE CAST(x AS VARCHAR) END
pgf_fraction(n, d) := CAST(n AS DOUBLE) / d
pgf_encode_hex(b) := lower(hex(b))
pgf_encode_base64(b) := base64(b)
pgf_decode_hex(t) := unhex(t)
pgf_decode_base64(t) := from_base64(t)
pg_to_hex(n) := lower(to_hex(n))
pgf_overlay4(s, r, p, n) := left(s, p - 1) || r || substr(s, p + n)
pgf_overlay3(s, r, p) := pgf_overlay4(s, r, p, length(r))
pg_date_bin(w, t, o) := time_bucket(CAST(w AS INTERVAL), t, o)
pg_array_remove(l, x) := list_filter(l, lambda pgf_e: pgf_e IS DISTINCT FROM x)
pg_array_replace(l, x, y) := list_transform(l, lambda pgf_e: CASE WHEN pgf_e IS NOT DISTINCT FROM x THEN y ELSE pgf_e END)
pg_json_typeof(j) := CASE json_type(j) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' ELSE 'number' END
pg_width_bucket_up(x, a, b, n) := CASE WHEN x < a THEN 0 WHEN x >= b THEN n + 1 ELSE CAST(floor((x - a) * n / (b - a)) AS INTEGER) + 1 END
pg_width_bucket(x, a, b, n) := CASE WHEN a > b THEN pg_width_bucket_up(-x, -a, -b, n) ELSE pg_width_bucket_up(x, a, b, n) END
pg_initcap(a) := array_to_string(list_transform(regexp_extract_all(lower(a), '[a-z0-9]+|[^a-z0-9]+'), lambda w: upper(w[1]) || w[2:]), '')
pg_age(a) := CAST(0 AS INTEGER)
pg_to_timestamp(s) := to_timestamp(s)
pgf_divisor(b) := CASE WHEN b = 0 THEN error('division by zero') ELSE b END
