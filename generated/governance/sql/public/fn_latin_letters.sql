-- Generated from contracts/governance/personal_keys.yaml by `contracts generate`; change that instead.
-- The text with letters of other scripts that look Latin made so.
CREATE OR REPLACE FUNCTION fn_latin_letters(original text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN translate(
    original,
    U&'\0430\0435\043E\0440\0441\0443\0445\0456\0455\0458\0501\04BB\043A\043C\0442\0432\03B1\03B5\03B9\03BD\03BF\03C1\03C5',
    'aeopcyxisjdhkmtbaeivopu'
);
REVOKE ALL ON FUNCTION fn_latin_letters FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_latin_letters TO app_rw, app_ro, app_maintenance, app_replay;
