"""Axes and values for a radar chart, as one long frame that any chart can draw."""

from typing import TYPE_CHECKING

from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

_TITLES = {
    "level": N_("Level"),
    "held": N_("Held"),
    "wanted": N_("Wanted"),
    "before": N_("Before"),
}


def radar(
    now: "pl.DataFrame",
    earlier: "pl.DataFrame | None",
    gap: "pl.DataFrame | None",
    tops: "pl.DataFrame",
) -> "pl.DataFrame":
    """An axis a skill, or a skill of the role; `share` is the value over the highest level of its axis."""
    import polars as pl

    if gap is not None:
        axes = gap.select(axis=pl.col("skill"))
        parts = [_series(gap, "skill", each, each) for each in ("level", "held", "wanted")]
    else:
        begun = now.filter((pl.col("level") > 0) | (pl.col("total_hours") > 0))
        axes = begun.select(axis=pl.col("name"))
        parts = [_series(begun, "name", each, each) for each in ("level", "held")]
    if earlier is not None:
        was = axes.join(earlier, left_on="axis", right_on="name", how="left")
        parts.append(
            _series(was.with_columns(pl.col("level").fill_null(0.0)), "axis", "level", "before")
        )
    usual = pl.col("top").replace(0.0, 5.0).fill_null(5.0)
    return (
        pl.concat(parts)
        .join(tops, on="axis", how="left")
        .with_columns(usual)
        .with_columns(share=pl.col("value") / pl.col("top"))
    )


def _series(frame: "pl.DataFrame", axis: str, column: str, name: str) -> "pl.DataFrame":
    import polars as pl

    return frame.select(
        axis=pl.col(axis),
        series=pl.lit(name),
        title=pl.lit(_(_TITLES[name])),
        value=pl.col(column),
    )
