"""Rate limits that hold across all processes."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0005_rate_limits"
down_revision = "0004_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Tokens taken per bucket and minute; hashes only, no identifiers.
        CREATE TABLE rate_limit_buckets (
            bucket_hash BYTEA NOT NULL,
            window_start TIMESTAMPTZ NOT NULL,
            taken INTEGER NOT NULL,
            CONSTRAINT pk_rate_limit_buckets PRIMARY KEY (bucket_hash, window_start)
        );
        CREATE INDEX ix_rate_limit_buckets__window_start ON rate_limit_buckets (window_start);
        COMMENT ON TABLE rate_limit_buckets IS 'Tokens taken per bucket and minute; hashes only, no identifiers';

        -- The whole fleet shares a bucket; a process takes tokens in batches and answers from memory.
        CREATE FUNCTION security.take_rate_tokens(
            bucket_hash bytea, window_start timestamptz, wanted integer, cap integer
        ) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        #variable_conflict use_column
        DECLARE
            already integer;
            granted integer;
        BEGIN
            IF octet_length($1) <> 32 OR $3 < 1 OR $4 < 0 OR abs(extract(epoch FROM $2 - now())) > 3600 THEN
                RAISE EXCEPTION 'a bucket is a SHA-256, its window is near now, and at least one token is wanted'
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            -- The row must exist before it can be locked.
            INSERT INTO public.rate_limit_buckets (bucket_hash, window_start, taken)
            VALUES ($1, $2, 0) ON CONFLICT DO NOTHING;
            -- Locking makes concurrent takers queue, so that no token is granted twice.
            SELECT b.taken INTO STRICT already FROM public.rate_limit_buckets b
            WHERE b.bucket_hash = $1 AND b.window_start = $2 FOR UPDATE;
            granted := greatest(0, least($3, $4 - already));
            IF granted > 0 THEN
                UPDATE public.rate_limit_buckets b SET taken = already + granted
                WHERE b.bucket_hash = $1 AND b.window_start = $2;
            END IF;
            RETURN granted;
        END $$;
    """)

    definer("security.take_rate_tokens(bytea, timestamptz, integer, integer)", role="app_user")
    run("""
        -- Nobody else reads or writes buckets.
        GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit_buckets TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- The function goes before the table it writes.
        DROP FUNCTION security.take_rate_tokens(bytea, timestamptz, integer, integer);
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE rate_limit_buckets;
    """)
