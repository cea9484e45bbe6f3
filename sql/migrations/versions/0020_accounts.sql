-- Who may use the API, and which of their tokens are void before they end.
SET ROLE nova_owner;

CREATE TABLE support.users (
    user_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    login text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    role text NOT NULL CHECK (role IN ('ADMIN', 'ANALYST', 'VIEWER')),
    password_hash text CHECK (password_hash LIKE '$argon2id$%'),
    active boolean NOT NULL DEFAULT true,
    token_epoch integer NOT NULL DEFAULT 1,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    last_login_at timestamptz
);
COMMENT ON TABLE support.users IS 'Accounts of the API; they are disabled and never deleted, since the audit names them';
COMMENT ON COLUMN support.users.login IS 'What is signed in with, in lower case: a short name or an e-mail address';
COMMENT ON COLUMN support.users.password_hash IS 'argon2id; null: nobody signs in by password, tokens are issued to it';
COMMENT ON COLUMN support.users.token_epoch IS 'Raised by each change of role, password or activity: earlier tokens are void';
COMMENT ON COLUMN support.users.version IS 'Raised by each change that an administrator or the user makes: the entity tag';

CREATE TABLE support.revoked_tokens (
    token_id text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES support.users,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT now(),
    revoked_by text NOT NULL
);
COMMENT ON TABLE support.revoked_tokens IS 'Tokens (jti) and sessions (sid) that are void before they end; kept until they would have ended';
CREATE INDEX revoked_tokens_expires_at ON support.revoked_tokens (expires_at);

CREATE TABLE support.refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id text NOT NULL,
    user_id uuid NOT NULL REFERENCES support.users,
    token_epoch integer NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
COMMENT ON TABLE support.refresh_tokens IS 'Refresh tokens by their SHA-256; each is good once, and using one twice ends its session';
CREATE INDEX refresh_tokens_session_id ON support.refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expires_at ON support.refresh_tokens (expires_at);

CREATE TABLE support.login_throttle (
    bucket text PRIMARY KEY,
    free_at timestamptz NOT NULL
);
COMMENT ON TABLE support.login_throttle IS 'When each bucket of sign-in attempts is full again (generic cell rate algorithm)';
CREATE INDEX login_throttle_free_at ON support.login_throttle (free_at);

-- The tables themselves tell every process, whoever changes them.
CREATE FUNCTION support.notify_accounts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('nova_accounts', TG_TABLE_NAME);
    RETURN NULL;
END
$$;
CREATE TRIGGER users_notify AFTER INSERT OR DELETE OR UPDATE OF role, active, token_epoch ON support.users
FOR EACH STATEMENT EXECUTE FUNCTION support.notify_accounts();
CREATE TRIGGER revoked_tokens_notify AFTER INSERT ON support.revoked_tokens
FOR EACH STATEMENT EXECUTE FUNCTION support.notify_accounts();

GRANT SELECT (
    user_id, login, name, role, active, token_epoch, version, created_at, created_by, changed_at, changed_by, last_login_at
) ON support.users TO nova_api_ro;
GRANT SELECT ON support.revoked_tokens TO nova_api_ro;

GRANT SELECT, INSERT, UPDATE (
    name, role, password_hash, active, token_epoch, version, changed_at, changed_by, last_login_at
) ON support.users TO nova_api_rw;
GRANT SELECT, INSERT, DELETE ON support.revoked_tokens TO nova_api_rw;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON support.refresh_tokens TO nova_api_rw;
GRANT SELECT, INSERT, UPDATE, DELETE ON support.login_throttle TO nova_api_rw;

RESET ROLE;
