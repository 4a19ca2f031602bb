-- One rule for the state of a transaction, used by the view and by the log of changes.
CREATE OR REPLACE FUNCTION fn_revenue_state(
    captured_cents bigint, refunded_cents bigint, open_chargeback_cents bigint, ended bigint, net_cents numeric
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN open_chargeback_cents > 0 THEN 'chargeback'
    WHEN refunded_cents > 0 AND net_cents <= 0 THEN 'refunded'
    WHEN captured_cents > 0 THEN 'captured'
    WHEN ended > 0 THEN 'void'
    ELSE 'authorized'
END;

-- Readers of the view evaluate the rule with their own rights.
REVOKE ALL ON FUNCTION fn_revenue_state FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_revenue_state TO app_rw, app_ro, app_maintenance, app_replay;
