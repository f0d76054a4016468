-- person: what the first event told of the listener.
-- kind: feature
-- reads: profile
-- columns:
--   days_registered BIGINT: days from the registration to the cut-off
--   is_female BIGINT: 1 = F; NULL: not told
--   first_pays BIGINT: 1 = paid at the first event
--   on_phone BIGINT: 1 = iPhone, iPad or Android at the first event
--   on_mac BIGINT: 1 = Mac at the first event
-- words:
--   days_registered: registered {longer|less long} ago than usual: {days_registered} days, others {usual}
--   is_female: {a woman|a man}
--   first_pays: {began as paying|began without paying}
--   on_phone: {listens on a phone|listens on no phone}
--   on_mac: {listens on a Mac|listens on no Mac}
SELECT user_id, cut_off, (days_between(cut_off, DATE '1970-01-01') * 86400000 - registration) // 86400000 AS days_registered,
       CASE gender WHEN 'F' THEN 1 WHEN 'M' THEN 0 END AS is_female, first_pays,
       CASE WHEN device IN ('iPhone', 'iPad', 'Android') THEN 1 WHEN device IS NOT NULL THEN 0 END AS on_phone,
       CASE WHEN device = 'Mac' THEN 1 WHEN device IS NOT NULL THEN 0 END AS on_mac
FROM profile
