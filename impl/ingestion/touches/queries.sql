-- name: look
-- All that the rules about a batch need to know, in one round trip.
SELECT (SELECT coalesce(jsonb_agg(code), '[]') FROM channel_taxonomy WHERE is_active) AS channels,
       (SELECT coalesce(jsonb_agg(lower(c.platform_account_id)), '[]')
          FROM platform_connections c JOIN platforms p ON p.name = c.platform
         WHERE c.tenant_id = :tenant_id AND p.is_shop) AS own_hosts,
       (SELECT coalesce(jsonb_agg(touch_id), '[]') FROM touches
         WHERE tenant_id = :tenant_id AND touch_id = ANY (CAST(:touch_ids AS text[]))) AS touch_ids,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(session_id, first, last)), '[]')
          FROM (SELECT session_id, min(occurred_at) AS first, max(occurred_at) AS last
                  FROM touches
                 WHERE tenant_id = :tenant_id AND session_id = ANY (CAST(:session_ids AS uuid[]))
                 GROUP BY session_id) AS session) AS sessions;

-- name: store
-- Touches and dead events of a batch in one statement: all or nothing, with a note that credits may depend on them. Rows go in
-- by key, so that batches that share touches wait for each other instead of for ever.
WITH stored AS (
    INSERT INTO touches (
        tenant_id, id, touch_id, session_id, journey_hash, journey_key_version, occurred_at, kind, channel_code, utm_source,
        utm_medium, campaign_id, referrer_host)
    SELECT :tenant_id, id, touch_id, session_id, decode(journey_hash, 'hex'), journey_key_version, occurred_at, kind,
           channel_code, utm_source, utm_medium, campaign_id, referrer_host
      FROM jsonb_to_recordset(CAST(:touches AS jsonb)) AS touch (
           id uuid, touch_id text, session_id uuid, journey_hash text, journey_key_version integer, occurred_at timestamptz,
           kind text, channel_code text, utm_source text, utm_medium text, campaign_id text, referrer_host text)
     ORDER BY touch_id
    ON CONFLICT (tenant_id, touch_id) DO NOTHING
    RETURNING id, touch_id
), changed AS (
    INSERT INTO attribution_changes (tenant_id, touches)
    SELECT :tenant_id, array_agg(id) FROM stored HAVING count(*) > 0
), resolved AS (
    -- A touch that was sent again, well, resolves its dead event; one that a worker replays at this moment is left to the worker.
    UPDATE dead_events o
       SET remediation_status = 'resolved', resolved_at = :now, resolved_event_id = g.touch, next_retry_at = NULL,
           updated_at = :now
      FROM (SELECT d.id, s.id AS touch
              FROM stored s
              JOIN dead_events d ON d.tenant_id = :tenant_id AND d.source = 'touch' AND d.object_name = s.touch_id
                                AND d.remediation_status <> 'resolved'
               FOR UPDATE OF d SKIP LOCKED) g
     WHERE o.tenant_id = :tenant_id AND o.id = g.id
)
SELECT (SELECT coalesce(jsonb_agg(touch_id), '[]') FROM stored) AS stored,
       bury_touches(:tenant_id, CAST(:dead AS jsonb), :now, :correlation_id) AS dead;
