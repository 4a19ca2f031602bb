-- How pages are planned. A page is small and its tables are large, and what the planner believes about either may be wrong: new
-- tables have no statistics, and estimates of estimates come to one row. So nothing here depends on estimates. Large tables are
-- probed by LATERAL … OFFSET 0, one index look-up for each row of the page; rows of the page find each other by hashes: FULL JOIN,
-- whose condition must not be strict or it becomes another join, and (… IN (SELECT …)) IS TRUE, which is a hashed subplan. Model
-- and version are compared by IS NOT DISTINCT FROM, which no index knows, so that the one by event is taken.

-- name: effects_of_window
-- The next page of what moves money in a window. What a closed day has is left as it is.
SELECT e.id, e.occurred_at, e.effect_cents, e.currency
  FROM attribution_events e
 WHERE e.tenant_id = :tenant_id AND e.occurred_at >= :after_at AND e.occurred_at < :window_end
   AND (e.occurred_at, e.id) > (:after_at, :after_id) AND e.effect_cents <> 0
   AND (e.occurred_at >= :open_from OR NOT EXISTS (
       SELECT FROM attribution_allocations a
        WHERE a.tenant_id = :tenant_id AND a.event_id = e.id AND a.model_type IS NOT DISTINCT FROM :model AND a.model_version IS NOT DISTINCT FROM :version))
 ORDER BY e.occurred_at, e.id
 LIMIT :page

-- name: effects_of_sales
-- What else belongs to the sales of some conversions and has credits already, in whatever window.
SELECT e.id, e.occurred_at, e.effect_cents, e.currency
  FROM unnest(CAST(:conversions AS uuid[])) AS c (event_id)
  CROSS JOIN LATERAL (
       SELECT l.processor, l.original_transaction_id
         FROM revenue_ledger l
        WHERE l.tenant_id = :tenant_id AND l.event_id = c.event_id
       OFFSET 0) own
  CROSS JOIN LATERAL (
       SELECT own.processor, own.original_transaction_id
        UNION
       SELECT p.partner_processor, p.partner_original
         FROM sale_partners(:tenant_id, own.processor, own.original_transaction_id) p) side
  CROSS JOIN LATERAL (
       SELECT l.event_id
         FROM revenue_ledger l
        WHERE l.tenant_id = :tenant_id AND l.processor = side.processor
          AND l.original_transaction_id = side.original_transaction_id AND l.event_id <> c.event_id
       OFFSET 0) l
  CROSS JOIN LATERAL (
       SELECT e.id, e.occurred_at, e.effect_cents, e.currency
         FROM attribution_events e
        WHERE e.tenant_id = :tenant_id AND e.id = l.event_id AND e.effect_cents <> 0
       OFFSET 0) e
 WHERE EXISTS (
       SELECT FROM attribution_allocations a
        WHERE a.tenant_id = :tenant_id AND a.event_id = e.id AND a.model_type IS NOT DISTINCT FROM :model AND a.model_version IS NOT DISTINCT FROM :version
       OFFSET 0)

-- name: effects_of_events
-- Some events by their ids.
SELECT e.id, e.occurred_at, e.effect_cents, e.currency
  FROM attribution_events e
 WHERE e.tenant_id = :tenant_id AND e.id = ANY (CAST(:events AS uuid[])) AND e.effect_cents <> 0

-- name: effect
-- What moves money, each with its entry.
SELECT e.id, e.occurred_at, e.effect_cents, e.currency, l.entry_id, l.processor, l.original_transaction_id, l.entry_kind, l.ordinal,
       l.reverses, l.amount_cents
  FROM event e
  CROSS JOIN LATERAL (
       SELECT l.id AS entry_id, l.processor, l.original_transaction_id, l.entry_kind, l.ordinal, l.reverses, l.amount_cents
         FROM revenue_ledger l
        WHERE l.tenant_id = :tenant_id AND l.event_id = e.id
       OFFSET 0) l

-- name: sale
-- The conversion that each event takes its shares from: itself when it is the first capture of its sale. A capture that has
-- moved to its order has no credit, nor has the event that moved it: together they are nothing.
SELECT f.id, f.effect_cents, f.currency, f.occurred_at,
       CASE WHEN f.entry_kind = 'captured' AND f.ordinal = 1 AND f.effect_cents > 0 AND m.amount_cents IS NULL THEN f.id
            ELSE sale_conversion(:tenant_id, f.processor, f.original_transaction_id) END AS conversion_id
  FROM effect f
  LEFT JOIN LATERAL (
       SELECT m.amount_cents FROM revenue_ledger m
        WHERE f.entry_kind = 'captured' AND m.tenant_id = :tenant_id AND m.entry_kind = 'moved' AND m.reverses = f.entry_id
        LIMIT 1) m ON true
  LEFT JOIN LATERAL (
       SELECT c.effect_cents FROM revenue_ledger c
        WHERE f.entry_kind = 'moved' AND c.tenant_id = :tenant_id AND c.id = f.reverses
       OFFSET 0) c ON true
 WHERE m.amount_cents IS DISTINCT FROM f.effect_cents AND c.effect_cents IS DISTINCT FROM f.amount_cents

-- name: conversion
-- Who the buyer was: the hints of the conversion, and where an order has none, those of its earliest payment. Conversions of
-- closed days come by their own hint alone, and only to be credited for the first time.
SELECT e.id, e.occurred_at, e.occurred_at >= :open_from AS is_open, (e.occurred_at AT TIME ZONE 'UTC')::date AS day,
       coalesce(p.session_id, e.session_id) AS session_id, coalesce(p.journey_hash, e.journey_hash) AS journey_hash,
       CASE WHEN p.journey_hash IS NULL THEN e.journey_hash_previous ELSE p.journey_hash_previous END AS journey_hash_previous,
       coalesce(k.to_channel, p.channel_code, e.channel_code) AS channel_code,
       CASE WHEN k.to_channel IS NULL THEN coalesce(p.campaign_id, e.campaign_id) END AS campaign_id
  FROM (SELECT s.conversion_id, bool_or(s.conversion_id = s.id) AS is_of_page FROM sale s
         WHERE s.conversion_id IS NOT NULL GROUP BY s.conversion_id) s
  CROSS JOIN LATERAL (
       SELECT e.id, e.occurred_at, e.processor, e.transaction_id, e.session_id, e.journey_hash, e.journey_hash_previous,
              e.channel_code, e.campaign_id, num_nonnulls(e.session_id, e.journey_hash, e.utm_source, e.utm_medium, e.campaign_id) AS hints
         FROM attribution_events e
        WHERE e.tenant_id = :tenant_id AND e.id = s.conversion_id
       OFFSET 0) e
  LEFT JOIN LATERAL (
       SELECT q.session_id, q.journey_hash, q.journey_hash_previous, q.channel_code, q.campaign_id
         FROM (SELECT k.payment_processor, k.payment_id FROM sale_links k
                WHERE e.hints = 0 AND k.tenant_id = :tenant_id AND k.order_processor = e.processor AND k.order_name = e.transaction_id
               OFFSET 0) k
         CROSS JOIN LATERAL (
              SELECT q.* FROM attribution_events q
               WHERE q.tenant_id = :tenant_id AND q.processor = k.payment_processor AND q.transaction_id = k.payment_id
               UNION ALL
              SELECT q.* FROM attribution_events q
               WHERE q.tenant_id = :tenant_id AND q.processor = k.payment_processor AND q.payment_reference = k.payment_id
              OFFSET 0) q
        WHERE num_nonnulls(q.session_id, q.journey_hash, q.utm_source, q.utm_medium, q.campaign_id) > 0
        ORDER BY q.occurred_at, q.id
        LIMIT 1) p ON true
  LEFT JOIN LATERAL (
       SELECT k.to_channel FROM channel_assignment_corrections k
        WHERE k.tenant_id = :tenant_id AND k.entity_type = 'event' AND k.entity_id = e.id
        ORDER BY k.created_at DESC, k.id DESC
        LIMIT 1) k ON true
 WHERE e.occurred_at >= :open_from OR s.is_of_page

-- name: touch
-- The touches that may be credited, in order; a repetition of a channel within its session counts once, with the first's time.
-- A conversion without any has one row, which is its own hint.
SELECT r.conversion_id, r.day, r.id, r.touch_id, r.occurred_at, r.session_id, r.channel_code, r.campaign_id, r.id IS NULL AS is_hint,
       row_number() OVER (PARTITION BY r.conversion_id ORDER BY r.occurred_at, r.touch_id COLLATE "C") AS place,
       count(*) OVER (PARTITION BY r.conversion_id) AS total,
       max(r.occurred_at) OVER (PARTITION BY r.conversion_id) AS newest_at
  FROM (
       SELECT c.id AS conversion_id, c.day, t.id, t.touch_id, coalesce(t.occurred_at, c.occurred_at) AS occurred_at, t.session_id,
              CASE WHEN t.id IS NULL THEN c.channel_code ELSE t.channel_code END AS channel_code,
              CASE WHEN t.id IS NULL THEN c.campaign_id ELSE t.campaign_id END AS campaign_id,
              lag(t.channel_code) OVER earlier = t.channel_code AND lag(t.session_id) OVER earlier = t.session_id AS is_repeated
         FROM conversion c
         LEFT JOIN LATERAL (
              SELECT h.id, h.touch_id, h.occurred_at, h.session_id, h.channel_code, h.campaign_id
                FROM touches h
               WHERE c.is_open AND h.tenant_id = :tenant_id AND h.journey_hash IN (c.journey_hash, c.journey_hash_previous)
                 AND h.occurred_at BETWEEN c.occurred_at - CAST(:lookback AS interval) AND c.occurred_at
                 AND (h.kind <> 'impression' OR h.occurred_at >= c.occurred_at - CAST(:impressions AS interval))
               UNION ALL
              SELECT h.id, h.touch_id, h.occurred_at, h.session_id, h.channel_code, h.campaign_id
                FROM touches h
               WHERE c.is_open AND c.journey_hash IS NULL AND h.tenant_id = :tenant_id AND h.session_id = c.session_id
                 AND h.occurred_at BETWEEN c.occurred_at - CAST(:lookback AS interval) AND c.occurred_at
                 AND (h.kind <> 'impression' OR h.occurred_at >= c.occurred_at - CAST(:impressions AS interval))
              OFFSET 0) t ON true
       WINDOW earlier AS (PARTITION BY c.id ORDER BY t.occurred_at, t.touch_id COLLATE "C")) r
 WHERE r.is_repeated IS NOT TRUE

-- name: credited
-- The 200 newest of them.
SELECT t.conversion_id, t.day, t.touch_id, t.occurred_at, t.session_id, t.channel_code, t.campaign_id, t.is_hint, t.newest_at, t.place,
       least(t.total, 200) AS n, t.place - greatest(t.total - 200, 0) AS i
  FROM touch t
 WHERE t.place > t.total - 200

-- name: weight_first_touch
-- The oldest of all, also when it is not among the newest 200.
SELECT t.conversion_id, t.touch_id, t.channel_code, t.campaign_id, t.is_hint, (t.place = 1)::integer::numeric AS weight
  FROM touch t
 WHERE t.place = 1 OR t.place > t.total - 200

-- name: weight_last_touch
SELECT t.conversion_id, t.touch_id, t.channel_code, t.campaign_id, t.is_hint, (t.i = t.n)::integer::numeric AS weight FROM credited t

-- name: weight_last_non_direct
-- The last that is not direct; when all are, the last.
SELECT t.conversion_id, t.touch_id, t.channel_code, t.campaign_id, t.is_hint, 
       (t.i = coalesce(max(t.i) FILTER (WHERE t.channel_code <> 'direct') OVER (PARTITION BY t.conversion_id), t.n))::integer::numeric
           AS weight
  FROM credited t

-- name: weight_linear
SELECT t.conversion_id, t.touch_id, t.channel_code, t.campaign_id, t.is_hint, 1::numeric AS weight FROM credited t

-- name: weight_position_based
-- Times the number of touches between first and last, so that the share of each of them is a whole number.
SELECT t.conversion_id, t.touch_id, t.channel_code, t.campaign_id, t.is_hint, 
       (CASE WHEN t.n = 1 THEN 1
             WHEN t.n = 2 AND CAST(:first_weight AS bigint) + CAST(:last_weight AS bigint) = 0 THEN 1
             WHEN t.i = 1 THEN CAST(:first_weight AS bigint) * greatest(t.n - 2, 1)
             WHEN t.i = t.n THEN CAST(:last_weight AS bigint) * greatest(t.n - 2, 1)
             ELSE CAST(:middle_weight AS bigint) END)::numeric AS weight
  FROM credited t

-- name: weight_time_decay
-- ⌊2^64 · 2^(−age / half-life)⌋ as a product of three factors at 2^128, by the digits of the age to the base 256; whole
-- half-lives are a shift.
SELECT t.conversion_id, t.touch_id, t.channel_code, t.campaign_id, t.is_hint, 
       CASE WHEN t.halvings > 64 THEN 0
            ELSE div((CAST(:high AS numeric[]))[t.rest / 65536 + 1] * (CAST(:middle AS numeric[]))[t.rest / 256 % 256 + 1]
                     * (CAST(:low AS numeric[]))[t.rest % 256 + 1],
                     (CAST(:units AS numeric[]))[t.halvings + 1]) END AS weight
  FROM (SELECT a.*, (a.age / CAST(:half_life AS bigint))::integer AS halvings, (a.age % CAST(:half_life AS bigint))::integer AS rest
          FROM (SELECT c.*, floor(extract(epoch FROM c.newest_at - c.occurred_at))::bigint AS age FROM credited c) a) t

-- name: channel_set
-- The distinct channels of each conversion, which is all that models that learn look at.
SELECT t.conversion_id, t.day, string_agg(DISTINCT t.channel_code, ' ' ORDER BY t.channel_code) AS channels
  FROM credited t
 GROUP BY t.conversion_id, t.day

-- name: weight_learned
-- What a model that learns gives to each channel of a set on a day, looked up by both; a set of one needs no model. The weight
-- of a channel is shared by its touches.
SELECT t.conversion_id, t.touch_id, t.channel_code, t.campaign_id, t.is_hint,
       CASE WHEN t.of_channel > 1 THEN 0
            WHEN strpos(t.channels, ' ') = 0 THEN 1
            ELSE coalesce((CAST(:learned AS jsonb) -> (t.day || ' ' || t.channels) ->> t.channel_code)::numeric, 0) END AS weight
  FROM (SELECT c.*, string_agg(c.channel_code, ' ') FILTER (WHERE c.of_channel = 1) OVER (
               PARTITION BY c.conversion_id ORDER BY c.channel_code COLLATE "C"
               ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS channels
          FROM (SELECT c.*, row_number() OVER (PARTITION BY c.conversion_id, c.channel_code ORDER BY c.i) AS of_channel
                  FROM credited c) c) t

-- name: share
-- Shares of each conversion as weights and their sum; of a closed day, as they are stored.
SELECT w.conversion_id, w.channel_code, w.weight, sum(w.weight) OVER (PARTITION BY w.conversion_id) AS total, w.touch_count,
       w.confidence
  FROM (SELECT w.conversion_id, w.channel_code, sum(w.weight) AS weight, (count(*) FILTER (WHERE NOT w.is_hint))::integer AS touch_count,
               CASE WHEN NOT bool_or(w.is_hint) THEN 1 WHEN w.channel_code IN ('direct', 'unknown') THEN 0 ELSE 0.5 END AS confidence
          FROM weight w
         GROUP BY w.conversion_id, w.channel_code
        HAVING sum(w.weight) > 0) w
 UNION ALL
SELECT a.event_id, a.channel_code, a.allocation_ratio, sum(a.allocation_ratio) OVER (PARTITION BY a.event_id), a.touch_count,
       a.confidence_score
  FROM (SELECT DISTINCT s.conversion_id FROM sale s
         WHERE s.conversion_id <> s.id AND (s.conversion_id IN (SELECT c.id FROM conversion c)) IS FALSE) s
  CROSS JOIN LATERAL (
       SELECT a.event_id, a.channel_code, a.allocation_ratio, a.touch_count, a.confidence_score
         FROM attribution_allocations a
        WHERE a.tenant_id = :tenant_id AND a.event_id = s.conversion_id AND a.model_type IS NOT DISTINCT FROM :model AND a.model_version IS NOT DISTINCT FROM :version
          AND a.allocation_ratio > 0
       OFFSET 0) a

-- name: part
-- Whole cents by largest remainder on the absolute amount; equal remainders go to the lower channel code. Without a conversion
-- nobody knows who earned it.
SELECT p.event_id, p.effect_cents, p.currency, p.occurred_at, p.is_conversion, p.channel_code, p.weight, p.total, p.touch_count,
       p.confidence, p.cents, row_number() OVER (
           PARTITION BY p.event_id
           ORDER BY round(abs(p.effect_cents) * p.weight - p.cents * p.total, 3) DESC, p.channel_code COLLATE "C") AS rank,
       abs(p.effect_cents) - sum(p.cents) OVER (PARTITION BY p.event_id) AS missing
  FROM (SELECT s.id AS event_id, s.effect_cents, s.currency, s.occurred_at, coalesce(s.id = s.conversion_id, false) AS is_conversion,
               coalesce(h.channel_code, 'unknown') AS channel_code,
               coalesce(h.weight, 1) AS weight, coalesce(h.total, 1) AS total, coalesce(h.touch_count, 0) AS touch_count,
               coalesce(h.confidence, 0) AS confidence,
               div(abs(s.effect_cents) * coalesce(h.weight, 1), coalesce(h.total, 1)) AS cents
          FROM sale s FULL JOIN share h ON h.conversion_id = s.conversion_id
         WHERE coalesce(s.currency, '') <> '') p

-- name: desired
-- The credits as they are to be stored. The share has 18 places, rounded half up in whole numbers.
SELECT p.event_id, p.channel_code, (sign(p.effect_cents) * (p.cents + (p.rank <= p.missing)::integer))::bigint AS cents, p.currency,
       div(p.weight * 2000000000000000000 + p.total, p.total * 2) * 0.000000000000000001 AS ratio,
       p.confidence, p.touch_count, p.occurred_at, p.is_conversion
  FROM part p

-- name: store
-- Sets are compared first, and only those that differ are deleted whole and inserted whole: the sum of a set is checked after
-- every statement. The insert waits for the delete, whose rows would be in its way.
existing AS MATERIALIZED (
    SELECT a.event_id, a.channel_code, a.allocated_revenue_cents, a.currency, a.allocation_ratio, a.confidence_score, a.touch_count,
           a.is_conversion
      FROM effect f
      CROSS JOIN LATERAL (
           SELECT a.* FROM attribution_allocations a
            WHERE a.tenant_id = :tenant_id AND a.event_id = f.id AND a.model_type IS NOT DISTINCT FROM :model AND a.model_version IS NOT DISTINCT FROM :version
           OFFSET 0) a
), changed AS MATERIALIZED (
    SELECT DISTINCT coalesce(d.event_id, x.event_id) AS event_id
      FROM desired d
      FULL JOIN existing x ON x.event_id = d.event_id AND x.channel_code = d.channel_code
     WHERE (d.cents, d.currency, d.ratio, d.confidence, d.touch_count, d.is_conversion)
           IS DISTINCT FROM (x.allocated_revenue_cents, x.currency, x.allocation_ratio, x.confidence_score, x.touch_count, x.is_conversion)
), deleted AS (
    DELETE FROM attribution_allocations a
     WHERE a.tenant_id = :tenant_id AND a.event_id = ANY (ARRAY(SELECT c.event_id FROM changed c)) AND a.model_type IS NOT DISTINCT FROM :model
       AND a.model_version IS NOT DISTINCT FROM :version
    RETURNING 1
), inserted AS (
    INSERT INTO attribution_allocations (
        tenant_id, id, event_id, window_start, window_end, model_type, model_version, channel_code, allocated_revenue_cents,
        currency, allocation_ratio, confidence_score, touch_count, is_conversion)
    SELECT :tenant_id, allocation_id(:tenant_id, d.event_id, :model, :version, d.channel_code), d.event_id,
           date_trunc('day', d.occurred_at, 'UTC'), date_trunc('day', d.occurred_at, 'UTC') + INTERVAL '1 day', :model, :version,
           d.channel_code, d.cents, d.currency, d.ratio, d.confidence, d.touch_count, d.is_conversion
      FROM desired d
     WHERE (SELECT count(*) FROM deleted) >= 0 AND (d.event_id IN (SELECT c.event_id FROM changed c)) IS TRUE
    RETURNING 1
)
SELECT (SELECT count(*) FROM effect) AS effects,
       (SELECT count(*) FROM sale s WHERE s.conversion_id = s.id) AS conversions,
       (SELECT f.occurred_at FROM effect f ORDER BY f.occurred_at DESC, f.id DESC LIMIT 1) AS last_at,
       (SELECT f.id FROM effect f ORDER BY f.occurred_at DESC, f.id DESC LIMIT 1) AS last_id,
       (SELECT count(*) FROM changed) AS changed,
       (SELECT count(*) FROM inserted) AS inserted,
       ARRAY(SELECT s.id FROM sale s
              WHERE s.conversion_id = s.id AND (s.id IN (SELECT c.event_id FROM changed c)) IS TRUE) AS changed_conversions

-- name: open_from
-- The first midnight whose day is open: its start is at most 90 days ago.
SELECT now() AS now, date_trunc('day', now() - INTERVAL '90 days' - INTERVAL '1 microsecond', 'UTC') + INTERVAL '1 day' AS open_from

-- name: multichannel_sets
-- The sets of several channels that a model that learns has to judge, each with one of its conversions.
SELECT s.day, s.channels, (min(s.conversion_id::text))::uuid AS event_id
  FROM channel_set s
 WHERE strpos(s.channels, ' ') > 0
 GROUP BY s.day, s.channels
 ORDER BY s.day, s.channels

-- name: begin
-- A job begins or goes on; what it counted before is counted again at its end.
UPDATE attribution_recompute_jobs
   SET status = 'running', started_at = CASE WHEN :is_continuation THEN coalesce(started_at, now()) ELSE now() END,
       finished_at = NULL, error_code = NULL, error_message = NULL, last_correlation_id = :correlation_id, updated_at = now(),
       continue_after_at = CASE WHEN :is_continuation THEN continue_after_at END,
       continue_after_id = CASE WHEN :is_continuation THEN continue_after_id END
 WHERE tenant_id = :tenant_id AND window_start = :window_start AND window_end = :window_end AND model_type = :model
   AND model_version = :version

-- name: request
-- The job of a window, model and version; asked for again, it is the same one and runs again.
INSERT INTO attribution_recompute_jobs (
    tenant_id, window_start, window_end, model_type, model_version, lookback_days, run_count, last_correlation_id)
VALUES (:tenant_id, :window_start, :window_end, :model, :version, :lookback_days, 1, :correlation_id)
ON CONFLICT (tenant_id, window_start, window_end, model_type, model_version) DO UPDATE
   SET run_count = attribution_recompute_jobs.run_count + 1, last_correlation_id = excluded.last_correlation_id, updated_at = now(),
       status = CASE attribution_recompute_jobs.status WHEN 'running' THEN 'running' ELSE 'pending' END
RETURNING *

-- name: progress
UPDATE attribution_recompute_jobs
   SET continue_after_at = :after_at, continue_after_id = :after_id, updated_at = now()
 WHERE tenant_id = :tenant_id AND window_start = :window_start AND window_end = :window_end AND model_type = :model
   AND model_version = :version

-- name: finish
-- What the window holds now, whoever computed it.
UPDATE attribution_recompute_jobs
   SET status = :status, finished_at = now(), digest = :digest, conversions = :conversions, allocations = :allocations,
       training = CAST(:training AS jsonb), error_code = :error_code, error_message = :error_message, continue_after_at = NULL,
       continue_after_id = NULL, updated_at = now()
 WHERE tenant_id = :tenant_id AND window_start = :window_start AND window_end = :window_end AND model_type = :model
   AND model_version = :version

-- name: digest_lines
-- Every credit of a window as a line that names no id, no time and no window: equal credits give equal lines.
SELECT d.line, d.is_conversion, d.event_id
  FROM (SELECT concat_ws('|', l.processor, l.transaction_id, l.entry_kind, coalesce(r.entry_kind || ':' || r.transaction_id, ''),
                         a.currency, a.channel_code, a.allocated_revenue_cents, a.allocation_ratio) AS line,
               a.is_conversion, a.event_id
          FROM attribution_allocations a
          JOIN revenue_ledger l ON l.tenant_id = a.tenant_id AND l.event_id = a.event_id
          LEFT JOIN revenue_ledger r ON r.tenant_id = l.tenant_id AND r.id = l.reverses
         WHERE a.tenant_id = :tenant_id AND a.model_type = :model AND a.model_version = :version
           AND a.window_start >= date_trunc('day', CAST(:window_start AS timestamptz), 'UTC') AND a.window_start < :window_end
           AND l.occurred_at >= :window_start AND l.occurred_at < :window_end) d
 ORDER BY d.line COLLATE "C"

-- name: take_marks
-- What is due; by night everything. A day that is marked again meanwhile keeps its new mark.
DELETE FROM attribution_day_marks
 WHERE tenant_id = :tenant_id AND (is_due OR :everything) AND day <= (now() AT TIME ZONE 'UTC')::date
RETURNING model_type, model_version, day, lookback_days

-- name: forget_training
-- A fact of a day is part of the training of that day and of all later ones.
DELETE FROM attribution_training_counts WHERE tenant_id = :tenant_id AND day >= :day

-- name: effects_of_span
-- Everything of a span that moves money.
SELECT e.id, e.occurred_at, e.effect_cents, e.currency
  FROM attribution_events e
 WHERE e.tenant_id = :tenant_id AND e.occurred_at >= :span_start AND e.occurred_at < :span_end AND e.effect_cents <> 0

-- name: converted_members
-- The touches of each conversion that no earlier one has ended.
SELECT c.id::text AS path, c.day, t.touch_id, t.occurred_at, t.session_id, t.channel_code, t.kind
  FROM conversion c
  CROSS JOIN LATERAL (
       SELECT h.touch_id, h.occurred_at, h.session_id, h.journey_hash, h.channel_code, h.kind
         FROM touches h
        WHERE h.tenant_id = :tenant_id AND h.journey_hash IN (c.journey_hash, c.journey_hash_previous)
          AND h.occurred_at <= c.occurred_at
        UNION ALL
       SELECT h.touch_id, h.occurred_at, h.session_id, h.journey_hash, h.channel_code, h.kind
         FROM touches h
        WHERE c.journey_hash IS NULL AND h.tenant_id = :tenant_id AND h.session_id = c.session_id AND h.occurred_at <= c.occurred_at
       OFFSET 0) t
 WHERE c.occurred_at >= :span_start AND NOT EXISTS (
       SELECT FROM touch_conversions(:tenant_id, t.journey_hash, t.session_id) p
        WHERE p.occurred_at >= t.occurred_at AND (p.occurred_at, p.event_id) < (c.occurred_at, c.id))

-- name: null_members
-- The touches that no conversion has ended by the end of the day, by journey or else by session.
SELECT coalesce(encode(t.journey_hash, 'hex'), t.session_id::text) AS path, NULL::date AS day, t.touch_id, t.occurred_at,
       t.session_id, t.channel_code, t.kind
  FROM touches t
  JOIN LATERAL (
       SELECT max(c.occurred_at) AS last_at FROM touch_conversions(:tenant_id, t.journey_hash, t.session_id) c
        WHERE c.occurred_at < :span_end) c ON c.last_at IS NULL OR c.last_at < t.occurred_at
 WHERE t.tenant_id = :tenant_id AND t.occurred_at >= CAST(:since_at AS timestamptz) - CAST(:lookback AS interval) AND t.occurred_at < :span_end
   AND t.session_id IS NOT NULL

-- name: paths
-- Paths as credited touches are prepared, the look-back ending at the last touch; equal ones are counted together.
SELECT p.day, p.channels, count(*) AS paths
  FROM (SELECT r.path, CASE WHEN CAST(:is_dated AS boolean) THEN (r.last_at AT TIME ZONE 'UTC')::date ELSE r.day END AS day,
               array_agg(r.channel_code ORDER BY r.occurred_at, r.touch_id COLLATE "C") AS channels
          FROM (SELECT k.*, row_number() OVER (PARTITION BY k.path ORDER BY k.occurred_at DESC, k.touch_id COLLATE "C" DESC) AS age
                  FROM (SELECT m.*, lag(m.channel_code) OVER earlier = m.channel_code
                                AND lag(m.session_id) OVER earlier = m.session_id AS is_repeated
                          FROM (SELECT m.*, max(m.occurred_at) OVER (PARTITION BY m.path) AS last_at FROM member m) m
                         WHERE m.last_at >= CAST(:since_at AS timestamptz) AND m.occurred_at >= m.last_at - CAST(:lookback AS interval)
                           AND (m.kind <> 'impression' OR m.occurred_at >= m.last_at - CAST(:impressions AS interval))
                        WINDOW earlier AS (PARTITION BY m.path ORDER BY m.occurred_at, m.touch_id COLLATE "C")) k
                 WHERE k.is_repeated IS NOT TRUE) r
         WHERE r.age <= 200
         GROUP BY r.path, r.day, r.last_at) p
 GROUP BY p.day, p.channels

-- name: stored_training
SELECT day, kind, counts
  FROM attribution_training_counts
 WHERE tenant_id = :tenant_id AND lookback_days = :lookback_days AND impression_lookback_days = :impression_lookback_days
   AND day BETWEEN :first AND :last

-- name: store_training
INSERT INTO attribution_training_counts (tenant_id, lookback_days, impression_lookback_days, day, kind, counts)
SELECT :tenant_id, :lookback_days, :impression_lookback_days, r.day, :kind, r.counts
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (day date, counts jsonb)
ON CONFLICT (tenant_id, lookback_days, impression_lookback_days, day, kind) DO NOTHING
