-- Generated from contracts/governance/channels.yaml by `contracts generate`; change that instead.
-- Channels that revenue can be credited to. Their state is changed by operators and stays.
INSERT INTO channel_taxonomy AS known (code, family, is_paid, display_name, api_name, is_active, state) VALUES
    ('facebook_paid', 'paid_social', true, 'Facebook Paid', 'Meta', true, 'active'),
    ('facebook_brand', 'paid_social', true, 'Facebook Brand', 'Meta', true, 'active'),
    ('tiktok_paid', 'paid_social', true, 'TikTok Paid', 'TikTok', true, 'active'),
    ('linkedin_paid', 'paid_social', true, 'LinkedIn Paid', 'LinkedIn', true, 'active'),
    ('google_search_paid', 'paid_search', true, 'Google Search Paid', 'Google', true, 'active'),
    ('google_display_paid', 'paid_search', true, 'Google Display Paid', 'Google', true, 'active'),
    ('direct', 'direct', false, 'Direct', 'Direct', true, 'active'),
    ('organic', 'organic', false, 'Organic', 'Organic', true, 'active'),
    ('referral', 'referral', false, 'Referral', 'Referral', true, 'active'),
    ('email', 'email', false, 'Email', 'Email', true, 'active'),
    ('unknown', 'direct', false, 'Unknown', 'Unknown', true, 'active')
ON CONFLICT (code) DO UPDATE SET
    family = excluded.family, is_paid = excluded.is_paid, display_name = excluded.display_name, api_name = excluded.api_name
WHERE (known.family, known.is_paid, known.display_name, known.api_name)
    IS DISTINCT FROM (excluded.family, excluded.is_paid, excluded.display_name, excluded.api_name);
