-- Generated from contracts/governance/platforms.yaml by `contracts generate`; change that instead.
-- The platforms there are.
INSERT INTO platforms AS known (name, webhook_credential, is_shop) VALUES
    ('stripe', 'secret', false),
    ('paypal', 'webhook_id', false),
    ('shopify', 'secret', true),
    ('woocommerce', 'secret', true),
    ('google_ads', NULL, false),
    ('meta_ads', NULL, false),
    ('tiktok_ads', NULL, false),
    ('linkedin_ads', NULL, false)
ON CONFLICT (name) DO UPDATE SET
    webhook_credential = excluded.webhook_credential, is_shop = excluded.is_shop
WHERE (known.webhook_credential, known.is_shop)
    IS DISTINCT FROM (excluded.webhook_credential, excluded.is_shop);
