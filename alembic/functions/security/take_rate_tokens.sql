-- The whole fleet shares a bucket; a process takes tokens in batches and answers from memory.
CREATE OR REPLACE FUNCTION security.take_rate_tokens(
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

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION security.take_rate_tokens OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION security.take_rate_tokens FROM PUBLIC;
GRANT EXECUTE ON FUNCTION security.take_rate_tokens TO app_user;
