-- What readers are shown. The chain that computes credits stands in queries.sql.

-- name: tenant
SELECT default_model, reporting_currency FROM tenants WHERE id = :tenant_id

-- name: credit_by_channel
-- Credits that were computed just now, by channel and currency.
SELECT d.channel_code, d.currency, sum(d.cents)::bigint AS cents,
       count(*) FILTER (WHERE d.is_conversion) AS conversions, coalesce(sum(d.ratio) FILTER (WHERE d.is_conversion), 0) AS shares,
       coalesce(sum(d.confidence * abs(d.cents)) FILTER (WHERE d.is_conversion), 0) AS confident_cents,
       coalesce(sum(abs(d.cents)) FILTER (WHERE d.is_conversion), 0) AS conversion_cents
  FROM desired d
 GROUP BY d.channel_code, d.currency
 ORDER BY d.channel_code, d.currency

-- name: credit_by_campaign
-- The credits of channels by campaign: by the weights of its touches, or, since models that learn weigh channels only, alike for
-- every touch. Whole cents by largest remainder, so that the campaigns of a channel add up to its credit.
SELECT p.channel_code, p.campaign, p.currency, sum(p.sign * (p.cents + (p.rank <= p.missing)::integer))::bigint AS cents,
       count(*) FILTER (WHERE p.is_conversion) AS conversions, coalesce(sum(p.ratio) FILTER (WHERE p.is_conversion), 0) AS shares
  FROM (SELECT c.*, row_number() OVER (
                   PARTITION BY c.event_id, c.channel_code
                   ORDER BY c.amount * c.weight - c.cents * c.total DESC, c.campaign COLLATE "C") AS rank,
               c.amount - sum(c.cents) OVER (PARTITION BY c.event_id, c.channel_code) AS missing
          FROM (SELECT d.event_id, d.channel_code, d.currency, sign(d.cents) AS sign, abs(d.cents) AS amount,
                       coalesce(w.campaign, '(none)') AS campaign, coalesce(w.weight, 1) AS weight, coalesce(w.total, 1) AS total,
                       div(abs(d.cents) * coalesce(w.weight, 1), coalesce(w.total, 1)) AS cents,
                       d.ratio * coalesce(w.weight, 1) / coalesce(w.total, 1) AS ratio,
                       d.is_conversion
                  FROM (SELECT d.*, s.conversion_id
                          FROM desired d FULL JOIN sale s ON s.id = d.event_id
                         WHERE coalesce(d.currency, '') <> '') d
                  FULL JOIN (
                       SELECT w.conversion_id, w.channel_code, w.campaign, sum(w.weight) AS weight,
                              sum(sum(w.weight)) OVER (PARTITION BY w.conversion_id, w.channel_code) AS total
                         FROM (SELECT w.conversion_id, w.channel_code, coalesce(nullif(w.campaign_id, ''), '(none)') AS campaign,
                                      CASE WHEN CAST(:learns AS boolean) THEN 1 ELSE w.weight END AS weight
                                 FROM weight w) w
                        WHERE w.weight > 0
                        GROUP BY w.conversion_id, w.channel_code, w.campaign) w
                    ON w.conversion_id = d.conversion_id AND w.channel_code = d.channel_code
                 WHERE coalesce(d.currency, '') <> '') c) p
 GROUP BY p.channel_code, p.campaign, p.currency
 ORDER BY p.channel_code, p.campaign, p.currency

-- name: amounts_by_set
-- What is credited by each set of several channels of each day, refunds included.
SELECT t.day, t.channels, sum(s.effect_cents)::bigint AS cents
  FROM sale s FULL JOIN channel_set t ON t.conversion_id = s.conversion_id
 WHERE coalesce(s.currency, '') = :currency AND strpos(coalesce(t.channels, ''), ' ') > 0
 GROUP BY t.day, t.channels
 ORDER BY t.day, t.channels

-- name: journeys
-- The channels that led to each sale of the span, with the number of touches and the days since the first.
SELECT j.channels, j.touches, j.days, count(*) AS conversions, sum(j.cents)::bigint AS cents
  FROM (SELECT t.channels, t.touches, floor(extract(epoch FROM s.occurred_at - t.first_at) / 86400)::integer AS days,
               s.effect_cents AS cents
          FROM sale s
          FULL JOIN (SELECT t.conversion_id, array_agg(t.channel_code ORDER BY t.i) AS channels,
                            count(*) FILTER (WHERE NOT t.is_hint) AS touches, min(t.occurred_at) AS first_at
                       FROM credited t
                      GROUP BY t.conversion_id) t ON t.conversion_id = s.id
         WHERE coalesce(s.currency, '') = :currency AND coalesce(s.id = s.conversion_id, false)) j
 GROUP BY j.channels, j.touches, j.days

-- name: credits_page
-- Credits that were computed just now, newest first, with the ids that stored ones have.
SELECT c.*, e.event_type
  FROM (SELECT c.*
          FROM (SELECT d.event_id, d.occurred_at, d.channel_code, d.currency, d.cents, d.ratio, d.touch_count, d.is_conversion,
                       s.effect_cents,
                       allocation_id(:tenant_id, d.event_id, :model, :version, d.channel_code) AS id
                  FROM desired d FULL JOIN sale s ON s.id = d.event_id
                 WHERE coalesce(d.currency, '') <> '') c
         WHERE (CAST(:channel_code AS text) IS NULL OR c.channel_code = :channel_code)
           AND (CAST(:currency AS text) IS NULL OR c.currency = :currency)
           AND (CAST(:before_at AS timestamptz) IS NULL OR (c.occurred_at, c.id) < (:before_at, CAST(:before_id AS uuid)))
         ORDER BY c.occurred_at DESC, c.id DESC
         LIMIT :limit) c
  CROSS JOIN LATERAL (
       SELECT e.event_type FROM attribution_events e
        WHERE e.tenant_id = :tenant_id AND e.id = c.event_id
       OFFSET 0) e
 ORDER BY c.occurred_at DESC, c.id DESC

-- name: stored_credits_page
-- The same of credits that are stored.
SELECT a.id, e.id AS event_id, e.occurred_at, e.event_type, e.effect_cents, a.channel_code, a.currency, a.cents, a.ratio,
       a.touch_count, a.is_conversion
  FROM attribution_events e
  CROSS JOIN LATERAL (
       SELECT a.id, a.channel_code, a.currency, a.allocated_revenue_cents AS cents, a.allocation_ratio AS ratio,
              coalesce(a.touch_count, 0) AS touch_count, a.is_conversion
         FROM attribution_allocations a
        WHERE a.tenant_id = :tenant_id AND a.event_id = e.id AND a.model_type IS NOT DISTINCT FROM :model AND a.model_version IS NOT DISTINCT FROM :version
       OFFSET 0) a
 WHERE e.tenant_id = :tenant_id AND e.occurred_at >= :span_start AND e.occurred_at < :span_end AND e.effect_cents <> 0
   AND (CAST(:channel_code AS text) IS NULL OR a.channel_code = :channel_code)
   AND (CAST(:currency AS text) IS NULL OR a.currency = :currency)
   AND (CAST(:before_at AS timestamptz) IS NULL
        OR e.occurred_at <= :before_at AND (e.occurred_at, a.id) < (:before_at, CAST(:before_id AS uuid)))
 ORDER BY e.occurred_at DESC, a.id DESC
 LIMIT :limit

-- name: stored_by_channel
-- The same of credits that are stored, from what each day adds up to.
SELECT t.channel_code, t.currency, sum(t.revenue_cents)::bigint AS cents, sum(t.conversions)::bigint AS conversions,
       sum(t.attributed_conversions) AS shares, sum(t.confident_cents) AS confident_cents,
       sum(t.conversion_cents)::bigint AS conversion_cents
  FROM attribution_day_totals t
 WHERE t.tenant_id = :tenant_id AND t.model_type = :model AND t.model_version = :version AND t.day BETWEEN :first AND :last
 GROUP BY t.channel_code, t.currency
 ORDER BY t.channel_code, t.currency

-- name: effects_in_span
-- How much would have to be computed, counted no further than the limit.
SELECT count(*) FROM (
    SELECT FROM attribution_events e
     WHERE e.tenant_id = :tenant_id AND e.occurred_at >= :span_start AND e.occurred_at < :span_end AND e.effect_cents <> 0
     LIMIT :limit) e

-- name: unfinished_days
-- The days of a span that are not complete: that have changed, are marked, or wait for a job; and those that no job has computed
-- although something moved money on them.
SELECT s.day
  FROM generate_series(CAST(:span_start AS timestamptz) AT TIME ZONE 'UTC', CAST(:span_end AS timestamptz) AT TIME ZONE 'UTC'
                       - INTERVAL '1 day', INTERVAL '1 day') AS d (at)
  CROSS JOIN LATERAL (SELECT d.at::date AS day, d.at AT TIME ZONE 'UTC' AS starts_at) s
 WHERE EXISTS (SELECT FROM attribution_changes c
                WHERE c.tenant_id = :tenant_id AND (s.day = ANY (c.days) OR cardinality(c.touches) > 0))
    OR EXISTS (SELECT FROM attribution_day_marks m
                WHERE m.tenant_id = :tenant_id AND m.model_type = :model AND m.model_version = :version AND m.day = s.day)
    OR EXISTS (SELECT FROM attribution_recompute_jobs j
                WHERE j.tenant_id = :tenant_id AND j.model_type = :model AND j.model_version = :version
                  AND j.status IN ('pending', 'running') AND j.window_start < s.starts_at + INTERVAL '1 day'
                  AND j.window_end > s.starts_at)
    OR (NOT EXISTS (SELECT FROM attribution_recompute_jobs j
                     WHERE j.tenant_id = :tenant_id AND j.model_type = :model AND j.model_version = :version
                       AND j.status = 'succeeded' AND j.window_start <= s.starts_at AND j.window_end >= s.starts_at + INTERVAL '1 day')
        AND EXISTS (SELECT FROM attribution_events e
                     WHERE e.tenant_id = :tenant_id AND e.occurred_at >= s.starts_at AND e.occurred_at < s.starts_at + INTERVAL '1 day'
                       AND e.effect_cents <> 0))
 ORDER BY s.day

-- name: newest_job
-- When the newest finished job of a model and version ended, and what it was trained on.
SELECT j.finished_at, j.training
  FROM attribution_recompute_jobs j
 WHERE j.tenant_id = :tenant_id AND j.model_type = :model AND j.model_version = :version AND j.status = 'succeeded'
   AND j.window_start < :span_end AND j.window_end > :span_start
 ORDER BY j.window_end DESC, j.finished_at DESC
 LIMIT 1

-- name: spend_by_channel
-- What channels cost; an imported figure outranks what the platform reports for the same day.
SELECT s.channel_code, s.currency, sum(s.spend_cents)::bigint AS cents
  FROM (SELECT DISTINCT ON (channel_code, spend_on, currency) channel_code, currency, spend_cents
          FROM channel_spend
         WHERE tenant_id = :tenant_id AND spend_on >= :first AND spend_on <= :last
         ORDER BY channel_code, spend_on, currency, source = 'import' DESC) s
 GROUP BY s.channel_code, s.currency

-- name: channels
SELECT code, api_name, is_active FROM channel_taxonomy ORDER BY code

-- name: job
SELECT * FROM attribution_recompute_jobs WHERE tenant_id = :tenant_id AND id = :job_id

-- name: job_totals
SELECT a.currency, sum(a.allocated_revenue_cents)::bigint AS cents
  FROM attribution_allocations a
 WHERE a.tenant_id = :tenant_id AND a.model_type = :model AND a.model_version = :version
   AND a.window_start >= date_trunc('day', CAST(:window_start AS timestamptz), 'UTC') AND a.window_start < :window_end
 GROUP BY a.currency
 ORDER BY a.currency

-- name: import_spend
-- All rows or none; what does not differ is left as it is.
WITH row AS (
    SELECT r.channel_code, r.spend_on, r.currency, r.spend_cents, s.spend_cents AS former
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (channel_code text, spend_on date, currency text, spend_cents bigint)
      LEFT JOIN channel_spend s ON s.tenant_id = :tenant_id AND s.channel_code = r.channel_code AND s.spend_on = r.spend_on
       AND s.currency = r.currency AND s.source = 'import'
), stored AS (
    INSERT INTO channel_spend (tenant_id, channel_code, spend_on, currency, spend_cents, source, as_of)
    SELECT :tenant_id, r.channel_code, r.spend_on, r.currency, r.spend_cents, 'import', :now
      FROM row r
     WHERE r.former IS DISTINCT FROM r.spend_cents
     ORDER BY r.channel_code, r.spend_on, r.currency
    ON CONFLICT (tenant_id, channel_code, spend_on, currency, source) DO UPDATE
       SET spend_cents = excluded.spend_cents, as_of = excluded.as_of, updated_at = now()
    RETURNING 1
)
SELECT count(*) FILTER (WHERE r.former IS NULL) AS accepted,
       count(*) FILTER (WHERE r.former <> r.spend_cents) AS replaced,
       count(*) FILTER (WHERE r.former = r.spend_cents) AS unchanged,
       (SELECT count(*) FROM stored) AS stored
  FROM row r

-- name: traced_event
SELECT e.id, e.event_type, e.occurred_at, e.revenue_cents, e.effect_cents, e.currency, e.channel_code,
       e.session_id IS NOT NULL AS session_linked, e.journey_hash IS NOT NULL AS journey_linked, d.id AS delivery_id, d.processor,
       d.topic, d.processor_event_id, d.received_at, d.signature_scheme, e.repaired_dead_event_id, e.told_cents, e.told_currency,
       r.user_id AS repaired_by, r.created_at AS repaired_at
  FROM attribution_events e
  LEFT JOIN webhook_deliveries d ON d.tenant_id = e.tenant_id AND d.id = e.delivery_id
  LEFT JOIN LATERAL (
      -- The audit outlives the dead event. The same amount may have been given more than once.
      SELECT a.user_id, a.created_at FROM dead_event_audit a
       WHERE a.tenant_id = e.tenant_id AND a.dead_event_id = e.repaired_dead_event_id AND a.action = 'repaired'
       ORDER BY a.created_at LIMIT 1) r ON e.repaired_dead_event_id IS NOT NULL
 WHERE e.tenant_id = :tenant_id AND e.id = :event_id

-- name: traced_entries
-- A moved entry is verified when the capture it reverses is.
SELECT l.id, l.entry_kind, l.effect_cents, l.currency, l.posted_at, l.reverses, v.verified_at, v.run_id, v.entry_id AS verified_entry_id,
       v.processor_amount_cents
  FROM revenue_ledger l
  LEFT JOIN ledger_verifications v ON v.tenant_id = l.tenant_id
   AND v.entry_id = CASE WHEN l.entry_kind = 'moved' THEN l.reverses ELSE l.id END
 WHERE l.tenant_id = :tenant_id AND l.event_id = :event_id
 ORDER BY l.posted_at, l.id

-- name: traced_credits
SELECT a.id, a.model_type, a.model_version, a.channel_code, a.allocated_revenue_cents, a.allocation_ratio
  FROM attribution_allocations a
 WHERE a.tenant_id = :tenant_id AND a.event_id = :event_id
 ORDER BY a.model_type, a.model_version, a.channel_code
 LIMIT 1000

-- name: computed_credits
-- Credits that were computed just now, with the ids that stored ones have.
SELECT allocation_id(:tenant_id, d.event_id, :model, :version, d.channel_code) AS id, d.channel_code, d.cents AS allocated_revenue_cents,
       d.ratio AS allocation_ratio
  FROM desired d
 ORDER BY d.channel_code

-- name: traced_touches
-- The touches that were credited: those with a weight.
SELECT w.touch_id, t.occurred_at, w.channel_code
  FROM weight w JOIN touch t ON t.conversion_id = w.conversion_id AND t.touch_id = w.touch_id
 WHERE w.weight > 0 AND NOT w.is_hint
 ORDER BY t.occurred_at, w.touch_id COLLATE "C"

-- name: traced_claims
SELECT c.platform, c.channel_code, c.claimed_on, sum(c.claimed_cents)::bigint AS claimed_cents, c.currency, max(c.as_of) AS as_of
  FROM platform_claims c
 WHERE c.tenant_id = :tenant_id AND c.claimed_on = :day AND c.currency = :currency
 GROUP BY c.platform, c.channel_code, c.claimed_on, c.currency
 ORDER BY c.platform, c.channel_code
 LIMIT 1000

-- name: credit
SELECT a.id, a.event_id, a.model_type, a.model_version, a.channel_code, a.allocated_revenue_cents, a.allocation_ratio, a.currency,
       a.confidence_score, a.touch_count, e.effect_cents, e.occurred_at
  FROM attribution_allocations a
  JOIN attribution_events e ON e.tenant_id = a.tenant_id AND e.id = a.event_id
 WHERE a.tenant_id = :tenant_id AND a.id = :id

-- name: discrepancy
SELECT id, period_start, period_end, channel_code, currency, claimed_total_cents, verified_total_cents, ghost_revenue_cents,
       discrepancy_bps
  FROM reconciliation_results
 WHERE tenant_id = :tenant_id AND id = :id
