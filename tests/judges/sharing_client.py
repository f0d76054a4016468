"""What the field's client of Delta Sharing reads: sharing_client.py PROFILE, prints JSON.

For each table of the profile how many rows it has and which columns, in both response formats; the plays; then rows of
a limit, of version 0, and changes of version 1 of bronze.events.
"""

import json
import sys

import delta_sharing


def main(profile):
    tables = {}
    for table in delta_sharing.SharingClient(profile).list_all_tables():
        name = f"{table.schema}.{table.name}"
        frames = [delta_sharing.load_as_pandas(f"{profile}#lake.{name}", use_delta_format=form) for form in (False, True)]
        tables[name] = [{"rows": len(frame), "columns": sorted(frame.columns)} for frame in frames]
    plays = delta_sharing.load_as_pandas(f"{profile}#lake.silver.songplays")
    changes = delta_sharing.load_table_changes_as_pandas(f"{profile}#lake.bronze.events", starting_version=1, ending_version=1)
    print(json.dumps({
        "tables": tables,
        "songplays": sorted([row.songplay_id, row.start_time.isoformat(), row.month] for row in plays.itertuples()),
        "limited": len(delta_sharing.load_as_pandas(f"{profile}#lake.silver.songplays", limit=3)),
        "first": len(delta_sharing.load_as_pandas(f"{profile}#lake.bronze.events", version=0)),
        "changes": len(changes),
        "kinds": sorted(set(changes["_change_type"])),
    }))


main(sys.argv[1])
