-- name: list
-- One more than the page holds, to know whether there is a next one. Content stays sealed and is not even read.
SELECT id, source, event_type, external_event_id, error_type, error_code, error_message, retry_count, last_retry_at,
       next_retry_at, remediation_status, remediation_notes, resolved_at, resolved_event_id, ingested_at, correlation_id,
       (redacted_at IS NOT NULL OR payload_sealed IS NULL) AS is_redacted, object_number, amount_cents, currency,
       reader_version, error_detail -> 'issues' AS issues
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
       next_retry_at, remediation_status, remediation_notes, resolved_at, resolved_event_id, ingested_at, correlation_id,
       (redacted_at IS NOT NULL OR payload_sealed IS NULL) AS is_redacted, object_number, amount_cents, currency,
       reader_version, error_detail -> 'issues' AS issues
  FROM dead_events
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: hand_over
-- From here on it belongs to a worker: the instant until which it waits says that none has taken it yet.
UPDATE dead_events
   SET remediation_status = 'in_progress', next_retry_at = :now, updated_at = :now
 WHERE tenant_id = :tenant_id AND id = :id AND remediation_status IN ('pending', 'abandoned')
   AND redacted_at IS NULL AND payload_sealed IS NOT NULL
   AND (:is_forced OR error_code = ANY (CAST(:passing AS text[])));

-- name: abandon
-- Whatever became an event cannot be given up any more.
UPDATE dead_events
   SET remediation_status = 'abandoned', remediation_notes = :notes, next_retry_at = NULL, updated_at = :now
 WHERE tenant_id = :tenant_id AND id = :id AND remediation_status <> 'resolved';
