-- name: history
-- Everything recorded about one transaction in one round trip, read after its lock is held: the posting rule needs all of it.
-- A capture that is known under its payment reference gives the transaction its name; so does what arrived before its capture
-- and knew no other name than that reference.
WITH names AS (
    SELECT CAST(:original_transaction_id AS text) AS name
     UNION
    SELECT CAST(:payment_reference AS text)
     UNION
    SELECT original_transaction_id
      FROM revenue_ledger
     WHERE tenant_id = :tenant_id AND provider = :provider
       AND payment_reference = :payment_reference AND entry_kind = 'captured'
)
SELECT (SELECT id FROM attribution_events
         WHERE tenant_id = :tenant_id AND provider = :provider AND idempotency_key = :idempotency_key) AS event_id,
       EXISTS (SELECT 1 FROM attribution_events
                WHERE tenant_id = :tenant_id AND provider = :provider
                  AND transaction_id = :transaction_id AND event_type = 'DisputeWon') AS has_won_dispute,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(id, entry_kind, transaction_id, original_transaction_id, amount_cents,
                                                    effect_cents, currency, reverses) ORDER BY posted_at, id), '[]')
          FROM revenue_ledger
         WHERE tenant_id = :tenant_id AND provider = :provider
           AND original_transaction_id IN (SELECT name FROM names)) AS entries;

-- name: record
-- Delivery, event and entry in one statement: all three or none. The event's unique key makes a second delivery of the same
-- fact insert nothing, and then neither entry nor delivery is written here.
WITH event AS (
    INSERT INTO attribution_events (
        id, tenant_id, provider, idempotency_key, event_type, provider_event_type, external_event_id, delivery_id, occurred_at,
        received_at, order_id, transaction_id, revenue_cents, effect_cents, currency, session_id, journey_hash,
        journey_hash_previous, channel_code, utm_source, utm_medium, campaign_id, raw_payload, correlation_id)
    VALUES (
        :event_id, :tenant_id, :provider, :idempotency_key, :event_type, :provider_event_type, :external_event_id, :delivery_id,
        :occurred_at, :received_at, :order_id, :transaction_id, :revenue_cents, :effect_cents, :currency, :session_id,
        CAST(:journey_hash AS bytea), CAST(:journey_hash_previous AS bytea), :channel_code, :utm_source, :utm_medium, :utm_campaign, CAST(:raw_payload AS jsonb), :correlation_id)
    ON CONFLICT (tenant_id, provider, idempotency_key) DO NOTHING
    RETURNING id
), entry AS (
    INSERT INTO revenue_ledger (
        id, tenant_id, provider, transaction_id, original_transaction_id, entry_kind, provider_event_id, event_id, amount_cents,
        effect_cents, currency, occurred_at, posted_at, verification_source, verification_timestamp, payment_reference, order_id,
        reverses, metadata)
    SELECT CAST(:entry_id AS uuid), :tenant_id, :provider, :transaction_id, :original_transaction_id, CAST(:entry_kind AS text),
           :provider_event_id, event.id, :revenue_cents, :effect_cents, :currency, :occurred_at, :received_at,
           :verification_source, :received_at, CAST(:payment_reference AS text), CAST(:order_id AS text),
           CAST(:reverses AS uuid), '{}'
      FROM event
     WHERE CAST(:entry_kind AS text) IS NOT NULL
    RETURNING id
), delivery AS (
    INSERT INTO webhook_deliveries (
        id, tenant_id, provider, topic, provider_event_id, idempotency_key, received_at, size_bytes, signature_scheme,
        secret_version, outcome, event_id, correlation_id)
    SELECT :delivery_id, :tenant_id, :provider, :topic, :provider_event_id, :delivery_key, :received_at, :size_bytes,
           :signature_scheme, :secret_version, 'accepted', event.id, :correlation_id
      FROM event
    ON CONFLICT (tenant_id, id) DO NOTHING
)
SELECT event.id AS event_id, entry.id AS entry_id FROM event LEFT JOIN entry ON TRUE;

-- name: record_repetition
-- A delivery that adds no event is itself a fact worth keeping, and all that is kept.
INSERT INTO webhook_deliveries (
    id, tenant_id, provider, topic, provider_event_id, idempotency_key, received_at, size_bytes, signature_scheme, secret_version,
    outcome, event_id, correlation_id)
VALUES (
    :delivery_id, :tenant_id, :provider, :topic, :provider_event_id, :delivery_key, :received_at, :size_bytes,
    :signature_scheme, :secret_version, :outcome, :event_id, :correlation_id);
