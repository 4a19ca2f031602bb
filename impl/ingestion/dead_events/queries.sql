-- name: list
-- One more than the page holds, to know whether there is a next one. Content stays sealed and is not even read.
SELECT id, source, event_type, external_event_id, error_type, error_code, error_message, retry_count, last_retry_at,
       next_retry_at, remediation_status, remediation_notes, resolved_at, resolved_event_id, resolved_delivery_id,
       ingested_at, correlation_id,
       (redacted_at IS NOT NULL OR (payload_sealed IS NULL AND refused_key IS NULL)) AS is_redacted, object_number,
       amount_cents, currency, reader_version, error_detail -> 'issues' AS issues, repair_cents, repair_currency,
       repaired_by, repaired_at, refused_key IS NOT NULL AS is_refused, error_detail -> 'not_kept' AS not_kept,
       occurrences, coalesce((error_detail ->> 'is_over_budget')::boolean, false) AS is_over_budget
  FROM dead_events
 WHERE tenant_id = :tenant_id
   AND (CAST(:status AS text) IS NULL OR remediation_status = :status)
   AND (CAST(:source AS text) IS NULL OR source = :source)
   AND (CAST(:error_code AS text) IS NULL OR error_code = :error_code)
   AND (CAST(:before_at AS timestamptz) IS NULL
        OR ingested_at <= :before_at AND (ingested_at, id) < (:before_at, CAST(:before_id AS uuid)))
 ORDER BY ingested_at DESC, id DESC
 LIMIT :limit;

-- name: get
SELECT id, source, event_type, external_event_id, error_type, error_code, error_message, retry_count, last_retry_at,
       next_retry_at, remediation_status, remediation_notes, resolved_at, resolved_event_id, resolved_delivery_id,
       ingested_at, correlation_id,
       (redacted_at IS NOT NULL OR (payload_sealed IS NULL AND refused_key IS NULL)) AS is_redacted, object_number,
       amount_cents, currency, reader_version, error_detail -> 'issues' AS issues, repair_cents, repair_currency,
       repaired_by, repaired_at, refused_key IS NOT NULL AS is_refused, error_detail -> 'not_kept' AS not_kept,
       occurrences, coalesce((error_detail ->> 'is_over_budget')::boolean, false) AS is_over_budget
  FROM dead_events
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: get_content
-- What is needed to read it, as a worker will.
SELECT id, source, account, idempotency_key, event_type, external_event_id, error_code, ingested_at, payload_sealed, key_id,
       refused_key, repair_cents, repair_currency
  FROM dead_events
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: hand_over
-- From here on it belongs to a worker: the instant until which it waits says that none has taken it yet. What was recorded and
-- taken back has no content, so only an amount repairs it.
UPDATE dead_events
   SET remediation_status = 'in_progress', next_retry_at = :now, updated_at = :now, repair_cents = :cents,
       repair_currency = :currency, repaired_by = CASE WHEN CAST(:cents AS bigint) IS NOT NULL THEN CAST(:user_id AS uuid) END,
       repaired_at = CASE WHEN CAST(:cents AS bigint) IS NOT NULL THEN CAST(:now AS timestamptz) END
 WHERE tenant_id = :tenant_id AND id = :id AND remediation_status IN ('pending', 'abandoned') AND redacted_at IS NULL
   AND CASE WHEN CAST(:cents AS bigint) IS NULL
            THEN payload_sealed IS NOT NULL AND (:is_forced OR error_code = ANY (CAST(:passing AS text[])))
            ELSE error_code = 'currency_mismatch' AND num_nonnulls(payload_sealed, refused_key) > 0 END;

-- name: abandon
-- Whatever became an event cannot be given up any more.
UPDATE dead_events
   SET remediation_status = 'abandoned', remediation_notes = :notes, next_retry_at = NULL, updated_at = :now
 WHERE tenant_id = :tenant_id AND id = :id AND remediation_status <> 'resolved';

-- name: note
-- Who did what; nobody changes it afterwards.
INSERT INTO dead_event_audit (
    tenant_id, user_id, action, dead_event_id, retry_id, is_forced, amount_cents, currency, told_cents, told_currency,
    correlation_id)
VALUES (
    :tenant_id, :user_id, :action, :dead_event_id, :retry_id, :is_forced, :amount_cents, :currency, :told_cents,
    :told_currency, :correlation_id);

-- name: count_many
-- How many a filter selects, and how many it leaves out. Nobody has to wait for the count of a flood.
SELECT count(*) FILTER (WHERE m.has_content AND m.may_retry) AS retriable,
       count(*) FILTER (WHERE m.has_content AND NOT m.may_retry) AS needs_force,
       count(*) FILTER (WHERE NOT m.has_content) AS without_content
  FROM (SELECT redacted_at IS NULL AND payload_sealed IS NOT NULL AS has_content,
               :is_forced OR error_code = ANY (CAST(:passing AS text[])) AS may_retry
          FROM dead_events
         WHERE tenant_id = :tenant_id AND remediation_status = :status AND ingested_at <= :now
           AND (CAST(:source AS text) IS NULL OR source = :source)
           AND (CAST(:error_code AS text) IS NULL OR error_code = :error_code)
         LIMIT 50000) m;

-- name: find_many
-- One that is under way already, with the same filter; a stalled one is not waited for.
SELECT id FROM dead_event_retries
 WHERE tenant_id = :tenant_id AND status <> 'finished' AND updated_at > CAST(:now AS timestamptz) - interval '15 minutes'
   AND only_status = :status AND only_source IS NOT DISTINCT FROM CAST(:source AS text)
   AND only_error_code IS NOT DISTINCT FROM CAST(:error_code AS text) AND is_forced = :is_forced
 ORDER BY created_at DESC
 LIMIT 1;

-- name: insert_many
-- Without anything to retry it is finished at once.
INSERT INTO dead_event_retries (
    tenant_id, id, user_id, only_status, only_source, only_error_code, is_forced, selected, has_more, needs_force,
    without_content, until_at, created_at, updated_at, status, finished_at)
VALUES (
    :tenant_id, :id, :user_id, :status, :source, :error_code, :is_forced, :selected, :has_more, :needs_force,
    :without_content, :now, :now, :now, CASE WHEN :selected = 0 THEN 'finished' ELSE 'queued' END,
    CASE WHEN :selected = 0 THEN CAST(:now AS timestamptz) END);

-- name: get_many
SELECT id, only_status, only_source, only_error_code, is_forced, selected, has_more, needs_force, without_content, retried,
       resolved, created_at, started_at, finished_at, until_at, after_at, after_id,
       CASE WHEN status <> 'finished' AND updated_at < CAST(:now AS timestamptz) - interval '15 minutes' THEN 'stalled'
            ELSE status END AS status
  FROM dead_event_retries
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: page_many
-- The next ones of a retry, the oldest first. What failed again keeps its place, behind which the next page begins.
SELECT id, ingested_at FROM dead_events
 WHERE tenant_id = :tenant_id AND remediation_status = :only_status AND ingested_at <= :until_at
   AND (CAST(:only_source AS text) IS NULL OR source = :only_source)
   AND (CAST(:only_error_code AS text) IS NULL OR error_code = :only_error_code)
   AND (CAST(:after_at AS timestamptz) IS NULL
        OR ingested_at >= :after_at AND (ingested_at, id) > (:after_at, CAST(:after_id AS uuid)))
   AND redacted_at IS NULL AND payload_sealed IS NOT NULL
   AND (:is_forced OR error_code = ANY (CAST(:passing AS text[])))
 ORDER BY ingested_at, id
 LIMIT :limit;

-- name: advance_many
UPDATE dead_event_retries
   SET retried = retried + :retried, resolved = resolved + :resolved, after_at = :after_at, after_id = :after_id,
       started_at = coalesce(started_at, now()), updated_at = now(),
       status = CASE WHEN :is_last THEN 'finished' ELSE 'in_progress' END,
       finished_at = CASE WHEN :is_last THEN now() END
 WHERE tenant_id = :tenant_id AND id = :id;
