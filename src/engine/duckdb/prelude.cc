#include "engine/duckdb/prelude.h"

namespace cadenza::engine {

const char* const kPrelude =
    "CREATE OR REPLACE MACRO timestamp_millis(ms) AS make_timestamptz(ms * 1000);"
    "CREATE OR REPLACE MACRO unix_millis(t) AS epoch_ms(t);"
    // The parts of a time with zone go through calendars that are 20 times slower.
    "CREATE OR REPLACE MACRO utc_clock(t) AS make_timestamp(epoch_us(t));"
    "CREATE OR REPLACE MACRO iso_weekday(t) AS CAST(isodow(t) AS INTEGER);"
    "CREATE OR REPLACE MACRO xxhash64(a, b) AS hash(a, b);"
    // What the clocks of a zone show.
    "CREATE OR REPLACE MACRO zone_clock(t, zone) AS timezone(zone, t);"
    "CREATE OR REPLACE MACRO days_between(later, earlier) AS date_diff('day', earlier, later);"
    // Whole numbers until the last step: half up is exact. NULL where y is 0.
    "CREATE OR REPLACE MACRO half_up_percent(x, y) AS CASE WHEN y > 0 THEN"
    " CAST((20000 * CAST(x AS HUGEINT) + y) // (2 * y) AS DOUBLE) / 100 END;"
    // Of milliseconds, to hundredths; half up.
    "CREATE OR REPLACE MACRO half_up_hours(ms) AS CAST((ms + 18000) // 36000 AS DOUBLE) / 100;"
    // What a browser says of where it runs; NULL where it says nothing of it.
    "CREATE OR REPLACE MACRO agent_platform(agent) AS CASE WHEN agent LIKE '%iPhone%' OR agent LIKE"
    " '%iPad%' THEN 'ios' WHEN agent LIKE '%Android%' THEN 'android' WHEN agent LIKE '%Windows%'"
    " THEN 'windows' WHEN agent LIKE '%Mac OS X%' OR agent LIKE '%Macintosh%' THEN 'macos' WHEN"
    " agent LIKE '%Linux%' THEN 'linux' END;"
    "CREATE OR REPLACE MACRO agent_device(agent) AS CASE WHEN agent LIKE '%iPad%' THEN 'tablet' "
    "WHEN"
    " agent LIKE '%iPhone%' OR agent LIKE '%Mobile%' THEN 'phone' WHEN agent IS NOT NULL THEN"
    " 'desktop' END;"
    // \\N stands for NULL in keys and contents, so that NULL and '' differ.
    "CREATE OR REPLACE MACRO key_text(v) AS coalesce(CAST(v AS VARCHAR), '\\N');"
    "CREATE OR REPLACE MACRO event_content(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) AS"
    " md5(concat_ws(chr(31), key_text(a), key_text(b), key_text(c), key_text(d), key_text(e),"
    " key_text(f), key_text(g), key_text(h), key_text(i), key_text(j), key_text(k), key_text(l),"
    " key_text(m), key_text(n), key_text(o)));"
    "CREATE OR REPLACE MACRO song_content(a, b, c, d, e, f, g, h, i) AS"
    " md5(concat_ws(chr(31), key_text(a), key_text(b), key_text(c), key_text(d), key_text(e),"
    " key_text(f), key_text(g), key_text(h), key_text(i)));";

// The first branch of each is the one that nearly all values take.
const char* const kSourceValues = R"sql(
-- The normal form of an id: without blanks around it, a whole number as its integer.
CREATE OR REPLACE MACRO odd_id(v) AS
  CASE WHEN regexp_matches(v, '^[+-]?[0-9]+[.]0+$') THEN regexp_replace(v, '[.]0+$', '')
       ELSE nullif(v, '') END;
CREATE OR REPLACE MACRO id_text(v) AS
  CASE WHEN is_odd_id(v) THEN odd_id(trim(v, ' ' || chr(9) || chr(10) || chr(13))) ELSE v END;
-- Spellings of null in text formats.
CREATE OR REPLACE MACRO is_null_text(v) AS
  strlen(v) <= 6 AND lower(trim(v)) IN ('null', '\N', '\n', 'nan', 'nat', 'none', 'n/a', '#n/a', '<na>');
CREATE OR REPLACE MACRO given_id(v) AS CASE WHEN is_null_text(v) THEN NULL ELSE id_text(v) END;
-- Names are compared without case and punctuation.
CREATE OR REPLACE MACRO plain_name(v) AS lower(regexp_replace(v, '[^A-Za-z0-9]', '', 'g'));
CREATE OR REPLACE MACRO field_named(v, plain) AS
  json_extract_string(v, '$."' || list_filter(json_keys(v), lambda k: plain_name(k) = plain)[1] || '"');

-- A cast that meets a named zone keeps it for the rows after it (in 1.5.5), so none may meet one.
CREATE OR REPLACE MACRO clock_in_zone_us(clock, zone) AS
  CASE WHEN list_contains(getvariable('cadenza_zones'), zone)
       THEN epoch_us(timezone(zone, TRY_CAST(clock AS TIMESTAMP))) END;
CREATE OR REPLACE MACRO has_offset(v) AS regexp_matches(v, ':[0-9.]+ *[+-][0-9:]+$');
-- 12:00Z, 12:00+02:00, 12:00:00 +02:00, 12:00:00+02:00[Europe/Berlin], 12:00:00 Europe/Berlin, utc, infinity.
CREATE OR REPLACE MACRO odd_time_us(v) AS
  CASE WHEN lower(v) IN ('infinity', '+infinity') THEN 253402214400000000
       WHEN regexp_matches(v, ':[0-9.]+ *([Zz]|[+-][0-9:]+) *\[[A-Za-z0-9_/+-]+\]$')
       THEN epoch_us(TRY_CAST(upper(regexp_replace(v, ' *\[.*$', '')) AS TIMESTAMP WITH TIME ZONE))
       WHEN regexp_matches(v, '[ Tt][0-9]{1,2}:[0-9]{2} *([Zz]|[+-][0-9:]+)$')
       THEN epoch_us(TRY_CAST(upper(regexp_replace(v, '(:[0-9]{2}) *([Zz]|[+-][0-9:]+)$', '\1:00\2'))
                              AS TIMESTAMP WITH TIME ZONE))
       WHEN regexp_matches(v, ':[0-9.]+ +[+-][0-9:]+$')
       THEN epoch_us(TRY_CAST(regexp_replace(v, ' +([+-])', '\1') AS TIMESTAMP WITH TIME ZONE))
       WHEN regexp_matches(v, ':[0-9.]+ *([Zz]|(?i:utc|gmt))$')
       THEN epoch_us(TRY_CAST(regexp_replace(v, ' *[A-Za-z]+$', '') AS TIMESTAMP))
       WHEN regexp_matches(v, ':[0-9.]+ *\[?[A-Za-z][A-Za-z0-9_/+-]*\]?$')
       THEN clock_in_zone_us(regexp_replace(v, ' *\[?[A-Za-z][A-Za-z0-9_/+-]*\]?$', ''),
                             regexp_extract(v, '([A-Za-z][A-Za-z0-9_/+-]*)\]?$', 1)) END;
CREATE OR REPLACE MACRO utc_text_us(v) AS
  coalesce(CASE WHEN has_offset(v) THEN epoch_us(TRY_CAST(v AS TIMESTAMP WITH TIME ZONE))
                ELSE epoch_us(TRY_CAST(v AS TIMESTAMP)) END, odd_time_us(v));
-- A day without a time is a day of the calendar in every zone.
CREATE OR REPLACE MACRO local_text_us(v, zone) AS
  coalesce(CASE WHEN has_offset(v) THEN epoch_us(TRY_CAST(v AS TIMESTAMP WITH TIME ZONE))
                WHEN strpos(v, ':') = 0 OR regexp_matches(v, '[A-Za-z]$') THEN epoch_us(TRY_CAST(v AS TIMESTAMP))
                ELSE epoch_us(timezone(zone, TRY_CAST(v AS TIMESTAMP))) END, odd_time_us(v));

-- 9.99; else 9,99, 1,234.50, 1.234,50, 1 234,50, $9.99, 9,99 EUR. 1,234 is a thousand and more.
CREATE OR REPLACE MACRO amount_digits(v) AS
  regexp_replace(regexp_replace(trim(v), '^([+-]?) *(?:[A-Z]{3} *|[A-Z]{0,3}[$€£¥₹] *)([+-]?[0-9])', '\1\2'),
                 ' *(?:[$€£¥₹]|[A-Z]{3})$', '');
CREATE OR REPLACE MACRO number_text(v) AS
  CASE WHEN regexp_matches(v, '^[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?$') THEN replace(v, ',', '')
       WHEN regexp_matches(v, '^[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]+$') THEN replace(replace(v, '.', ''), ',', '.')
       WHEN regexp_matches(v, '^[+-]?[0-9]{1,3}([.][0-9]{3}){2,}$') THEN replace(v, '.', '')
       WHEN regexp_matches(v, '^[+-]?[0-9]*,[0-9]+$') THEN replace(v, ',', '.')
       WHEN regexp_matches(v, '^[+-]?[0-9]{1,3}([ ''][0-9]{3})+([.,][0-9]+)?$')
       THEN replace(replace(replace(v, ' ', ''), '''', ''), ',', '.') ELSE v END;
CREATE OR REPLACE MACRO finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE OR REPLACE MACRO number_of(v) AS
  finite(coalesce(TRY_CAST(v AS DOUBLE), TRY_CAST(number_text(amount_digits(v)) AS DOUBLE)));
)sql";

}  // namespace cadenza::engine
