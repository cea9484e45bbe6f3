SET ROLE nova_owner;

-- Words as they are searched: without case and accents, so that "conexao" finds "CONEXÃO".
CREATE FUNCTION support.searchable(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(normalize(lower(words), NFD), '[\u0300-\u036f]', '', 'g');

GRANT EXECUTE ON FUNCTION support.searchable(text) TO nova_pipeline, nova_api_ro, nova_api_rw;

-- In a schema of ours: the operators of the search are named with it.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA support;

CREATE INDEX dim_item_words ON core.dim_item
USING gin ((support.searchable(item_id || ' ' || item_name)) support.gin_trgm_ops);

RESET ROLE;
