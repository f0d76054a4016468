-- artists_on_earth: coordinates are degrees; what a catalogue has wrong is reported, not repaired.
-- table: artists
-- severity: warning
SELECT artist_id, latitude, longitude FROM artists
WHERE latitude < -90 OR latitude > 90 OR longitude < -180 OR longitude > 180
