-- Keys are compared by their letters and digits only, folded, with look-alikes of other scripts made Latin:
-- `firstName`, `First-Name` and `first_name` are one key. The receipt normalises in the same way. Almost all
-- keys are ASCII, where folding is cheap. No search path is set, so that the planner can inline the expression.
CREATE OR REPLACE FUNCTION fn_normalise_key(key text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE
    WHEN octet_length(key) = length(key) THEN regexp_replace(lower(key), '[^a-z0-9]+', '', 'g')
    ELSE regexp_replace(
        fn_latin_letters(normalize(lower(normalize(key, NFKC)), NFKC)), '[^[:alnum:]]+', '', 'g'
    )
END;

-- Triggers run with the rights of whoever writes, so writers may call what the guards call.
REVOKE ALL ON FUNCTION fn_normalise_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_normalise_key TO app_rw, app_ro, app_maintenance, app_replay;
