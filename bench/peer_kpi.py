#!/usr/bin/env python3
"""The three KPIs by SQL that an analyst would write for DuckDB: one process a run, one line of JSON."""

import argparse
import json
import pathlib
import resource
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counting", choices=["distinct", "rows"])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("first")
    parser.add_argument("last")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--spill", type=pathlib.Path, required=True)
    args = parser.parse_args()

    import duckdb

    connection = duckdb.connect(config={"threads": args.threads, "memory_limit": args.memory.replace("GB", "GiB"),
                                        "temp_directory": str(args.spill)})
    sessions = "count(distinct session_id)" if args.counting == "distinct" else "count(*)"
    started = time.monotonic()
    adopted, customers, engaged, paying = connection.execute(f"""
        with active as (
          select customer_id, {sessions} as sessions from '{args.data}/sessions/*.parquet'
          where start_timestamp >= date '{args.first}' and start_timestamp < date '{args.last}' + 1
          group by customer_id),
        paid as (
          select distinct customer_id from '{args.data}/subscriptions.parquet'
          where effective_start_date <= date '{args.last}'
            and coalesce(effective_end_date, date '{args.last}') >= date '{args.first}'
            and coalesce(lower(status) in ('active', 'trialing'), true)
            and case when subscription_type is null then amount_paid > 0 else lower(subscription_type) not like '%free%' end),
        all_customers as (
          select c.customer_id, a.sessions, p.customer_id is not null as is_paid
          from '{args.data}/customers.parquet' as c left join active as a using (customer_id)
          left join paid as p using (customer_id))
        select count(sessions), count(*), count(*) filter (sessions >= 80), count(*) filter (sessions is not null and is_paid)
        from all_customers""").fetchone()
    print(json.dumps({"wall_s": round(time.monotonic() - started, 3),
                      "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                      "kpis": {"session_adoption_rate": [adopted, customers], "engaged_users": [engaged, adopted],
                               "paid_share": [paying, adopted]}}))


if __name__ == "__main__":
    main()
