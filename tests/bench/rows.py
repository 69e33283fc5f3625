"""The rule of outpatient_employee over a Parquet file, as SQL in DuckDB, as expressions in Polars, or on arrays in NumPy.

    ENACT_ROWS=10000000 ENACT_BENCH_DIR=/somewhere cargo bench -p enact-batch     # makes the rows, and runs Enact on them
    python rows.py duckdb|polars|numpy /somewhere/rows-10000000.parquet out.parquet

Each writes the same columns and prints the same totals. Needs duckdb, polars, numpy and pyarrow of PyPI. See README.md.
"""

import resource
import sys
import time

THREADS = 2

SQL = """
WITH rows AS (
    SELECT entitled, "visit.cause" AS cause,
        date_part('year', "visit.service_date") AS s_y, date_part('month', "visit.service_date") AS s_m, date_part('day', "visit.service_date") AS s_d,
        date_part('year', "person.birth_date") AS b_y, date_part('month', "person.birth_date") AS b_m, date_part('day', "person.birth_date") AS b_d,
        "visit.service_date" >= DATE '2023-01-01' AS banded,
        "visit.facility" = 'community' AS community,
        "person.category" = 'retiree' AS retiree,
        ("visit.in_scope" * 100)::BIGINT AS in_scope, ("ytd.in_scope" * 100)::BIGINT AS before, ("ytd.fund_paid" * 100)::BIGINT AS paid
    FROM read_parquet('{input}')
), facts AS (
    SELECT *, before + in_scope AS total, CASE WHEN retiree THEN 130000 ELSE 180000 END AS deductible,
        CASE WHEN retiree THEN 50 ELSE 0 END AS share,
        retiree AND s_y - b_y - CASE WHEN b_m > s_m OR (b_m = s_m AND b_d > s_d) THEN 1 ELSE 0 END >= 70 AS senior
    FROM rows
), rates AS (
    SELECT *, CASE WHEN banded THEN 2000000 ELSE total END AS edge,
        CASE WHEN NOT retiree THEN CASE WHEN community THEN 90 ELSE 70 END WHEN community OR senior THEN 80 ELSE 70 END AS rate,
        CASE WHEN banded THEN 60 ELSE 0 END AS beyond
    FROM facts
), bands AS (
    SELECT *, greatest(0, least(total, edge) - greatest(before, deductible)) AS band1,
        greatest(0, total - greatest(before, edge)) AS band2,
        rate * 100 + (100 - rate) * share AS rate1, beyond * 100 + (100 - beyond) * CASE WHEN banded THEN share ELSE 0 END AS rate2
    FROM rates
), dues AS (
    SELECT *, (band1 * rate1 + band2 * (beyond * 100 + (100 - beyond) * share) + 5000) // 10000 AS due,
        (band1 * rate + band2 * beyond + 50) // 100 AS wanted
    FROM bands
), paid AS (
    SELECT *, CASE WHEN banded THEN due ELSE least(due, greatest(0, 2000000 - paid)) END AS payable FROM dues
)
SELECT CASE WHEN granted THEN 'granted' ELSE 'refused' END AS verdict,
    CASE WHEN NOT granted THEN concat_ws(',', CASE WHEN NOT entitled THEN 'entitled' END, CASE WHEN cause <> 'none' THEN 'payable_cause' END) END AS refused,
    CASE WHEN granted THEN band1 END AS band1_base, CASE WHEN granted THEN band2 END AS band2_base,
    CASE WHEN granted THEN rate1 END AS rate_band1, CASE WHEN granted AND banded THEN rate2 END AS rate_band2,
    CASE WHEN granted THEN least(wanted, payable) END AS large_mutual_aid,
    CASE WHEN granted THEN payable - least(wanted, payable) END AS retiree_supplement,
    CASE WHEN granted THEN payable END AS fund_total, CASE WHEN granted THEN in_scope - payable END AS person_pays,
    CASE WHEN granted THEN payable < due END AS cap_applied
FROM (SELECT *, entitled AND cause = 'none' AS granted FROM paid)
"""

TOTALS = ["large_mutual_aid", "retiree_supplement", "fund_total", "person_pays"]


def duckdb(source, target):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    connection.execute(f"COPY ({SQL.format(input=source)}) TO '{target}' (FORMAT parquet)")


def polars(source, target):
    import polars as pl

    fen = lambda name: (pl.col(name) * 100).cast(pl.Int64)
    when = lambda test, yes, no: pl.when(test).then(yes).otherwise(no)
    retiree, banded = pl.col("person.category") == "retiree", pl.col("visit.service_date") >= pl.date(2023, 1, 1)
    community = pl.col("visit.facility") == "community"
    day, birth = pl.col("visit.service_date").dt, pl.col("person.birth_date").dt
    later = (birth.month() > day.month()) | ((birth.month() == day.month()) & (birth.day() > day.day()))
    years = day.year() - birth.year() - later.cast(pl.Int32)
    high = pl.max_horizontal
    low = pl.min_horizontal
    zero = pl.lit(0, pl.Int64)
    frame = pl.scan_parquet(source).select(
        entitled=pl.col("entitled"), payable_cause=pl.col("visit.cause") == "none", retiree=retiree, banded=banded,
        community=community, senior=retiree & (years >= 70), in_scope=fen("visit.in_scope"), before=fen("ytd.in_scope"),
        paid=fen("ytd.fund_paid"),
    )
    c = pl.col
    frame = frame.with_columns(
        total=c("before") + c("in_scope"), deductible=when(c("retiree"), 130_000, 180_000).cast(pl.Int64),
        share=when(c("retiree"), 50, 0).cast(pl.Int64), beyond=when(c("banded"), 60, 0).cast(pl.Int64),
        rate=when(~c("retiree"), when(c("community"), 90, 70), when(c("community") | c("senior"), 80, 70)).cast(pl.Int64),
    ).with_columns(edge=when(c("banded"), pl.lit(2_000_000, pl.Int64), c("total")))
    frame = frame.with_columns(
        band1_base=high(zero, low(c("total"), c("edge")) - high(c("before"), c("deductible"))),
        band2_base=high(zero, c("total") - high(c("before"), c("edge"))),
        rate_band1=c("rate") * 100 + (100 - c("rate")) * c("share"),
        rate_band2=when(c("banded"), c("beyond") * 100 + (100 - c("beyond")) * c("share"), None),
    )
    frame = frame.with_columns(
        due=(c("band1_base") * c("rate_band1") + c("band2_base") * (c("beyond") * 100 + (100 - c("beyond")) * c("share")) + 5000) // 10000,
        wanted=(c("band1_base") * c("rate") + c("band2_base") * c("beyond") + 50) // 100,
    )
    frame = frame.with_columns(fund_total=when(c("banded"), c("due"), low(c("due"), high(zero, 2_000_000 - c("paid")))))
    frame = frame.with_columns(large_mutual_aid=low(c("wanted"), c("fund_total")))
    frame = frame.with_columns(
        retiree_supplement=c("fund_total") - c("large_mutual_aid"), person_pays=c("in_scope") - c("fund_total"),
        cap_applied=c("fund_total") < c("due"), granted=c("entitled") & c("payable_cause"),
    )
    outputs = ["band1_base", "band2_base", "rate_band1", "rate_band2", *TOTALS, "cap_applied"]
    why = pl.concat_str(when(c("entitled"), None, pl.lit("entitled")), when(c("payable_cause"), None, pl.lit("payable_cause")), separator=",", ignore_nulls=True)
    frame.select(
        verdict=when(c("granted"), pl.lit("granted"), pl.lit("refused")), refused=when(c("granted"), None, why),
        **{name: when(c("granted"), c(name), None) for name in outputs},
    ).sink_parquet(target)


def numpy(source, target):
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(source, use_threads=True)
    fen = lambda name: pc.cast(pc.multiply(table[name], pa.scalar(100)), pa.int64()).to_numpy()
    text = lambda name, value: pc.fill_null(pc.equal(pc.cast(table[name], pa.string()), value), False).to_numpy()
    date = lambda name: table[name].to_numpy().astype("datetime64[D]")
    parts = lambda days: (days.astype("datetime64[Y]").astype(int) + 1970, days.astype("datetime64[M]").astype(int) % 12,
        (days - days.astype("datetime64[M]")).astype(int))
    service, birth = date("visit.service_date"), date("person.birth_date")
    (y, m, d), (by, bm, bd) = parts(service), parts(birth)
    retiree, community = text("person.category", "retiree"), text("visit.facility", "community")
    banded = service >= np.datetime64("2023-01-01")
    senior = retiree & (y - by - ((bm > m) | ((bm == m) & (bd > d))) >= 70)
    entitled, payable_cause = table["entitled"].to_numpy(), text("visit.cause", "none")
    granted = entitled & payable_cause
    in_scope, before, paid = fen("visit.in_scope"), fen("ytd.in_scope"), fen("ytd.fund_paid")
    del table
    total = before + in_scope
    deductible, share = np.where(retiree, 130_000, 180_000), np.where(retiree, 50, 0)
    edge, beyond = np.where(banded, 2_000_000, total), np.where(banded, 60, 0)
    rate = np.where(~retiree, np.where(community, 90, 70), np.where(community | senior, 80, 70))
    band1 = np.maximum(0, np.minimum(total, edge) - np.maximum(before, deductible))
    band2 = np.maximum(0, total - np.maximum(before, edge))
    rate1, rate2 = rate * 100 + (100 - rate) * share, beyond * 100 + (100 - beyond) * share
    due = (band1 * rate1 + band2 * rate2 + 5000) // 10000
    payable = np.where(banded, due, np.minimum(due, np.maximum(0, 2_000_000 - paid)))
    large = np.minimum((band1 * rate + band2 * beyond + 50) // 100, payable)
    given = lambda values, also=True: pa.array(values, mask=~(granted & also))
    why = np.where(entitled, np.where(payable_cause, "", "payable_cause"), np.where(payable_cause, "entitled", "entitled,payable_cause"))
    columns = {
        "verdict": pa.array(np.where(granted, "granted", "refused")), "refused": pa.array(why, mask=granted),
        "band1_base": given(band1), "band2_base": given(band2), "rate_band1": given(rate1), "rate_band2": given(rate2, banded),
        "large_mutual_aid": given(large), "retiree_supplement": given(payable - large), "fund_total": given(payable),
        "person_pays": given(in_scope - payable), "cap_applied": given(payable < due),
    }
    pq.write_table(pa.table(columns), target)


def main():
    engine, source, target = sys.argv[1:4]
    run = {"duckdb": duckdb, "polars": polars, "numpy": numpy}[engine]
    start = time.perf_counter()
    run(source, target)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    result = pq.read_table(target, columns=["verdict", *TOTALS])
    granted = pc.sum(pc.equal(result["verdict"], "granted")).as_py()
    print(f"{engine}: {result.num_rows} rows in {seconds:.2f} s: {result.num_rows / seconds:,.0f} a second, most memory {peak} MB")
    print(f"  granted {granted} refused {result.num_rows - granted}")
    for name in TOTALS:
        print(f"  {name} {pc.sum(result[name]).as_py() / 100:.2f}")


if __name__ == "__main__":
    main()
