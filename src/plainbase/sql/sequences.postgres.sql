-- name: advance :script
-- Sets the sequence of every identity or serial column behind the largest value there is, after rows came with values of their own.
DO $$
DECLARE
    identity_column record;
BEGIN
    FOR identity_column IN
        SELECT
            format('%I.%I', n.nspname, c.relname) AS table_name,
            a.attname AS column_name
        FROM pg_attribute AS a
        INNER JOIN pg_class AS c ON a.attrelid = c.oid
        INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
        WHERE
            (
                a.attidentity <> ''
                OR pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) IS NOT NULL
            )
            AND a.attnum > 0
            AND NOT a.attisdropped
            AND c.relkind IN ('r', 'p')
            AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
    LOOP
        EXECUTE format(
            'SELECT setval(pg_get_serial_sequence(%1$L, %2$L), greatest(max(%2$I), 1), max(%2$I) IS NOT NULL) FROM %1$s',
            identity_column.table_name,
            identity_column.column_name
        );
    END LOOP;
END;
$$;
