-- Tables of the warehouse that the role may write to.
SELECT coalesce(array_agg(relation.oid::regclass::text ORDER BY relation.oid::regclass::text), '{}') AS writable
FROM pg_class AS relation
INNER JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace
WHERE
    namespace.nspname IN ('core', 'analytics', 'support', 'staging')
    AND relation.relkind IN ('r', 'p', 'm', 'v')
    AND has_table_privilege(relation.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
