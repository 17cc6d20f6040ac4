"""To-dos of a lifetime: how soon the day and the week are there."""

import time
from statistics import median
from typing import Any

from tests.bench.figures import Bench, Measured, figure

_MILLISECONDS = 50.0
_MADE = """
    insert into todos.items (owner, title, due, done, done_at, project, tags, note, minutes, priority, at,
        zone, contexts, waiting, from_done, remind, links, what, result, learning, summary)
    select %(owner)s, 'to-do ' || n, current_date - 1900 + (n %% 2000), done,
           case when done then now() - make_interval(days => n %% 1900) end,
           'project ' || n %% 40, array['t' || n %% 30], '', n %% 120, nullif(n %% 4, 0), '',
           '', '{}', '', false, '{}', '{}', '', '', '', ''
    from (select n, n %% 5 <> 0 or n %% 2000 < 1890 as done from generate_series(1, %(n)s) n) made"""


def _lab(bench: Bench) -> int:
    """A lab with as many to-dos: most of them done, some late, a few for each of the days to come."""
    n = bench.n(100_000, 20_000)
    if bench.made.get("todos") != n:
        with bench.admin() as admin:
            admin.execute("alter table todos.items disable trigger user")
            admin.execute("delete from todos.items")
            admin.execute(_MADE.encode(), {"owner": bench.lab.person, "n": n})
            admin.execute("alter table todos.items enable trigger user")
            admin.execute("analyze todos.items")
        bench.made["todos"] = n
        bench.lab.todos.today()
    return n


def _against_pandas(bench: Bench, ours: Any, days: int) -> Measured:
    """Ours against reading the table into pandas, and looking there."""
    import pandas as pd

    n = _lab(bench)

    def theirs() -> Any:
        with bench.lab.engine.connect() as connection:
            frame = pd.read_sql("select * from todos.items", connection)
        today = pd.Timestamp.now().normalize()
        due = pd.to_datetime(frame["due"])
        return frame[~frame["done"] & (due <= today + pd.Timedelta(days=days))].sort_values("due")

    assert len(ours()) > 0
    first, second = bench.in_turns(ours, theirs, rounds=bench.n(7, 3))
    return Measured(first * 1000, second * 1000, n)


def _against_the_goal(bench: Bench, work: Any) -> Measured:
    n, times = _lab(bench), []
    for _n in range(bench.n(40, 15)):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return Measured(median(times), _MILLISECONDS, n)


@figure("todos_today", peer="50 ms", unit="ms", goal="<= 1", help="What is due today or overdue, of 100,000 to-dos")  # fmt: skip
def todos_today(bench: Bench) -> Measured:
    return _against_the_goal(bench, bench.lab.todos.today)


@figure("todos_week", peer="50 ms", unit="ms", goal="<= 1", help="What is due this week, of 100,000 to-dos")  # fmt: skip
def todos_week(bench: Bench) -> Measured:
    return _against_the_goal(bench, bench.lab.todos.week)


@figure("todos_fields", peer="50 ms", unit="ms", goal="<= 1", help="Everything open in the four fields of importance and urgency, of 100,000 to-dos")  # fmt: skip
def todos_fields(bench: Bench) -> Measured:
    return _against_the_goal(bench, bench.lab.todos.eisenhower)


@figure(
    "todos_pandas",
    peer="pandas.read_sql and a filter",
    unit="ms",
    goal="<= 0.1",
    help="What is due today, against reading all of 100,000 to-dos and looking there",
)
def todos_pandas(bench: Bench) -> Measured:
    return _against_pandas(bench, bench.lab.todos.today, 0)
