-- What every transaction amounts to now. Derived, so it can never disagree with the entries.
CREATE OR REPLACE VIEW revenue_ledger_current WITH (security_invoker = true) AS
SELECT
    e.tenant_id,
    e.processor,
    e.original_transaction_id,
    e.currency,
    fn_revenue_state(
        coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'captured'), 0)::bigint,
        (-coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'refunded'), 0))::bigint,
        (-coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'chargeback'), 0))::bigint,
        count(*) FILTER (WHERE e.entry_kind IN ('captured', 'voided')),
        coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind <> 'moved'), 0)
    ) AS state,
    coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'captured'), 0)::bigint AS captured_cents,
    (-coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'refunded'), 0))::bigint AS refunded_cents,
    (-coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'chargeback'), 0))::bigint
        AS chargeback_cents,
    sum(e.effect_cents)::bigint AS net_amount_cents,
    coalesce(bool_and(v.entry_id IS NOT NULL) FILTER (WHERE e.effect_cents <> 0), false)
        AS is_verified,
    max(e.posted_at) AS last_posted_at
FROM revenue_ledger AS e
-- A payment that has moved to its order is verified exactly when the capture it takes back is.
LEFT JOIN ledger_verifications AS v ON v.tenant_id = e.tenant_id
    AND v.entry_id = CASE e.entry_kind WHEN 'moved' THEN e.reverses ELSE e.id END
GROUP BY e.tenant_id, e.processor, e.original_transaction_id, e.currency;

-- It shows what its reader may see of the entries.
GRANT SELECT ON revenue_ledger_current TO app_rw, app_ro;
COMMENT ON VIEW revenue_ledger_current IS 'State and amounts of every transaction, derived from its entries';
