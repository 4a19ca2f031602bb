-- Generated from contracts/governance/platforms.yaml by `contracts generate`; change that instead.
-- The platforms there are.
INSERT INTO platforms AS known (name, webhook_credential) VALUES
    ('stripe', 'secret'),
    ('paypal', 'webhook_id'),
    ('shopify', 'secret'),
    ('woocommerce', 'secret'),
    ('google_ads', NULL),
    ('meta_ads', NULL),
    ('tiktok_ads', NULL),
    ('linkedin_ads', NULL)
ON CONFLICT (name) DO UPDATE SET
    webhook_credential = excluded.webhook_credential
WHERE (known.webhook_credential)
    IS DISTINCT FROM (excluded.webhook_credential);
