"""One lake by the Python package, as this interpreter has it: what came out as JSON. usage: python_package.py LAKE"""

import json
import platform
import sys

import cadenza

lake = cadenza.open(sys.argv[1])
query = lake.sql("select user_id, count(*) as plays, min(start_time) as first_time from songplays where level = ? group by user_id "
                 "order by user_id", ["paid"])
told = {"python": platform.python_version(), "rows": [[row["user_id"], row["plays"]] for row in query.rows()],
        "batches": sum(batch.num_rows for batch in query), "arrow": query.arrow().num_rows}
import pandas  # noqa: E402  # not every environment has them
import pyarrow  # noqa: E402

frame = query.df()
told["pandas"] = [pandas.__version__, frame.shape[0], str(frame["first_time"].dt.tz)]
told["pyarrow"] = pyarrow.__version__
try:
    import polars
except ImportError:
    told["polars"] = None
else:
    told["polars"] = [polars.__version__, query.polars().height]
try:
    lake.sql("select nothing_like_it from songplays").rows()
except cadenza.CadenzaError as error:
    told["error"] = [error.exit_code, error.value]
lake.close()
print(json.dumps(told))
