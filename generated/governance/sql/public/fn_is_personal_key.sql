-- Generated from contracts/governance/personal_keys.yaml by `contracts generate`; change that instead.
-- Whether a key, folded by fn_normalise_key, may not stand in durable JSON.
CREATE OR REPLACE FUNCTION fn_is_personal_key(entry text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN entry IN (
    'email', 'emailaddress', 'phone', 'phonenumber', 'ssn', 'socialsecuritynumber', 'ipaddress', 'ip', 'firstname',
    'lastname', 'fullname', 'address', 'streetaddress', 'billingaddress', 'shippingaddress', 'customeremail',
    'customerphone', 'receiptemail', 'vendorpayload', 'billingdetails', 'rawbody', 'rawbodysha256', 'rawbodybytes',
    'parseerror', 'devicefingerprint', 'useragent', 'iphash', 'sessionid'
);
REVOKE ALL ON FUNCTION fn_is_personal_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_is_personal_key TO app_rw, app_ro, app_maintenance, app_replay;
