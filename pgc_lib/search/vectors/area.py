"""`lab.vectors`: collections of vectors, each with a dimension, a metric and an index of its own choice."""

from collections.abc import Mapping
from typing import Any

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Conflict, Invalid, NotFound, PgcError, Problem
from pgc_lib.i18n import _
from pgc_lib.search.vectors.collection import VectorCollection
from pgc_lib.search.vectors.records import Index, Metric, Store, VectorSet
from pgc_lib.search.vectors.told import Statistics


class Vectors(Area, name="vectors", main="sets"):
    """Collections of vectors."""

    sets: Kept[VectorSet] = Kept(VectorSet)

    def create(
        self,
        name: str,
        *,
        dimension: int | None = None,
        metric: Metric = "cosine",
        index: Index = "hnsw",
        parameters: Mapping[str, int] | None = None,
        model: str = "",
        store: Store = "postgresql",
        note: str = "",
    ) -> VectorCollection:
        """A new collection; with an embedding `model` texts can be put in and looked for, and the dimension is the model's."""
        if self.sets.find(name=name, owner=self.session.person, limit=1):
            raise Conflict(
                _("You have a collection of vectors “{name}” already.", name=name),
                next_step=_("`lab.vectors.open({name!r})` goes on with it; or give another name.", name=name),
            )  # fmt: skip
        values: dict[str, Any] = {"metric": metric, "index": index, "store": store, "note": note}
        if model:
            model, dimension = self._sized(model, dimension)
        elif dimension is None:
            raise Invalid(
                _("A collection needs a dimension."),
                [Problem("dimension", _("a value is needed here"))],
                next_step=_("Say dimension=…, or model=… for texts."),
            )
        kept = self.sets.add(
            name=name, dimension=dimension, model=model, parameters=dict(parameters or {}), **values
        )
        made = VectorCollection(self.session, self.sets, kept)
        try:
            made.shelf.make()
        except PgcError:
            self.sets.remove(kept)  # there is no room for it after all
            raise
        return made

    def _sized(self, name: str, dimension: int | None) -> tuple[str, int]:
        """An embedding model and the length of its vectors."""
        from pgc_lib.ai.embeddings import embed
        from pgc_lib.ai.models import Models

        models = Models(self.session)
        model = models.pick("embeddings", name)
        size = int(embed(models, ["size"], query=True, model=model).shape[1])
        if dimension not in (None, size):
            reason = _("the vectors of {model} have {n} numbers", model=model.name, n=size)
            raise Invalid(
                _("The model {model} does not fit the collection.", model=model.name),
                [Problem("dimension", reason, dimension)],
            )
        return model.name, size

    def open(self, name: str) -> VectorCollection:
        """A collection by its name; my own comes before one that is shared with me."""
        found = sorted(
            self.sets.find(name=name), key=lambda each: each.owner != self.session.person
        )
        if not found:
            raise NotFound(
                _("There is no collection of vectors “{name}”.", name=name),
                next_step=_("`lab.vectors.create(name, dimension=…)` makes one; `lab.vectors.find()` shows all."),
            )  # fmt: skip
        return VectorCollection(self.session, self.sets, found[0])

    __getitem__ = open

    def statistics(self) -> Listing[Statistics]:
        """Every collection with what it holds and costs; one whose store is away says so."""
        return Listing(map(self._measured, self.sets.find()))

    def _measured(self, kept: VectorSet) -> Statistics:
        try:
            return VectorCollection(self.session, self.sets, kept).statistics()
        except PgcError as error:
            return Statistics(kept, None, None, None, (str(error),))

    def scene(self, name: str | None = None, **options: Any) -> Any:
        """A collection as a cloud in three dimensions, with what `search` finds lit up; without a name, all my records."""
        from pgc_lib.core.faces import face

        return face("vectors.scene")(self, name, **options)

    def drop(self, name: str) -> None:
        """Take a collection away with its items; in PostgreSQL history can bring both back, in Milvus it is gone."""
        from pgc_lib.core.together import together

        found = self.open(name)
        batch = new_id()
        with together(self.session, batch) as joined:
            VectorCollection(joined, self.sets, found.of).shelf.drop(batch=batch)
            Vectors(joined).sets.remove(found.of)
