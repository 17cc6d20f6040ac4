"""Vectors in Milvus, for collections that outgrow PostgreSQL.

Milvus knows neither grants nor history: such a collection is its owner's alone, with the login that `milvus_url`
names, and what is removed there is gone. Filters mean the same as everywhere: Milvus is asked for what can be said
in its own language, and each answer is judged again here.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.errors import Denied, Invalid, PgcError, Problem, SettingError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.search.vectors.items import LONGEST_KEY, Items
from pgc_lib.search.vectors.milvus_filters import expression
from pgc_lib.search.vectors.records import EFFORT, PARAMETERS, Index, VectorSet
from pgc_lib.search.vectors.shelf import Facts, Found
from pgc_lib.settings import settings
from pgc_lib.stores.documents_values import loads
from pgc_lib.stores.filters import All, Condition
from pgc_lib.stores.filters_python import holds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INSTALL = 'pip install "pgc-lab[milvus]"'
_METRICS = {"cosine": "COSINE", "l2": "L2", "ip": "IP"}
_INDEXES = {"flat": "FLAT", "ivf": "IVF_FLAT", "hnsw": "HNSW"}
_PARAMETERS = {"lists": "nlist", "m": "M", "ef_construction": "efConstruction"}
_EFFORT = {"ivf": "nprobe", "hnsw": "ef"}
_BYTES = 65_535
_AT_ONCE = 2_000
_MOST = 16_384
"""Milvus answers with no more than this."""


@cache
def client(url: str) -> Any:
    """The connection to a Milvus server (http://user:password@host:19530), or to a file of Milvus Lite."""
    # gRPC watches for forks and speaks of them into what the child says; nothing here forks and goes on.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise SettingError(
            _("Collections in Milvus need the package pymilvus."), next_step=INSTALL
        ) from error
    import logging

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs what it raises
    parts = urlsplit(url)
    login: dict[str, str] = {}
    if parts.username:
        url = url.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1)
        login = {"user": unquote(parts.username), "password": unquote(parts.password or "")}
    with _told():
        return MilvusClient(uri=url, **login)


class MilvusShelf:
    """The items of one collection."""

    def __init__(self, session: Session, of: VectorSet) -> None:
        self.session = session
        self.of = of
        url = settings().milvus_url.reveal()
        if not url:
            raise SettingError(
                _("No address of Milvus is set, so “{name}” cannot be reached.", name=of.name),
                next_step=_(
                    "Set PGC_MILVUS_URL to a server's address or to a file for Milvus Lite."
                ),
            )
        if of.owner not in (None, session.person):
            raise Denied(
                _("“{name}” lies in Milvus, which knows no grants: it is its owner's alone.", name=of.name),
                next_step=_("Ask its owner for a collection that lies in PostgreSQL."),
            )  # fmt: skip
        session.refuse_in_the_past()
        self.client = client(url)

    @property
    def _name(self) -> str:
        return f"pgc_{self.session.person.hex}_{self.of.id.hex}"

    def make(self) -> None:
        with _told():
            self.client.create_alias(self._new(self.of.index, self.of.parameters), self._name)

    def _new(self, index: Index, parameters: Mapping[str, Any]) -> str:
        """A new collection without a name that anybody asks for yet."""
        from pymilvus import DataType

        name = f"{self._name}_{new_id().hex[-12:]}"
        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=LONGEST_KEY * 4)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self.of.dimension)
        schema.add_field("text", DataType.VARCHAR, max_length=_BYTES)
        schema.add_field("body", DataType.VARCHAR, max_length=_BYTES)
        schema.add_field("metadata", DataType.JSON)
        self.client.create_collection(
            name, schema=schema, index_params=self._index(index, parameters),
            consistency_level="Strong",
        )  # fmt: skip
        return name

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def write(self, items: Items, *, renew: bool, batch: UUID) -> int:  # noqa: ARG002 (there is no history)
        if not renew:
            self._refuse_known(items.keys)
        with _told():
            for at in range(0, len(items), _AT_ONCE):
                rows = [
                    {
                        "key": items.keys[n],
                        "vector": items.vectors[n].tolist(),
                        "text": items.texts[n],
                        "body": items.metadata[n],
                        "metadata": _floats(loads(items.metadata[n])),
                    }
                    for n in range(at, min(at + _AT_ONCE, len(items)))
                ]
                self.client.upsert(self._name, rows)
        return len(items)

    def _refuse_known(self, keys: Sequence[str]) -> None:
        known: list[str] = []
        for at in range(0, len(keys), _AT_ONCE):
            known += [each["key"] for each in self._by_key(keys[at : at + _AT_ONCE], ["key"])]
        if known:
            raise Invalid(
                _("There are items with these keys already:"),
                [Problem("key", _("there is a record with this already"), key) for key in known],
                next_step=_("Use upsert to put new ones into their place."),
            )

    def remove(self, keys: Sequence[str] | None, condition: Condition, *, batch: UUID) -> int:  # noqa: ARG002
        wanted = None if keys is None else set(keys)
        gone = [
            each["key"]
            for each in self._all(["key", "body"], expression(condition))
            if (wanted is None or each["key"] in wanted) and _meets(condition, loads(each["body"]))
        ]
        with _told():
            for at in range(0, len(gone), _AT_ONCE):
                self.client.delete(self._name, ids=gone[at : at + _AT_ONCE])
        return len(gone)

    def revise(self, keys: Sequence[str], vectors: "NDArray[np.float32]", *, batch: UUID) -> None:
        known = {each["key"]: each for each in self._by_key(keys, ["key", "text", "body"])}
        there = [n for n, key in enumerate(keys) if key in known]
        found = [known[keys[n]] for n in there]
        texts, bodies = [each["text"] for each in found], [each["body"] for each in found]
        names = [each["key"] for each in found]
        self.write(Items(names, texts, bodies, vectors[there], [], []), renew=True, batch=batch)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def query(
        self, vector: "NDArray[np.float32]", k: int, condition: Condition, *, effort: int | None, exact: bool
    ) -> list[Found]:  # fmt: skip
        asked = k
        filters = expression(condition)
        while True:
            rows = self._search(vector, asked, filters, effort=effort, exact=exact)
            found = [each for each in rows if _meets(condition, each.metadata)]
            if len(found) >= k or len(rows) < asked or asked >= _MOST:
                return found[:k]
            asked = min(asked * 8, _MOST)

    def _search(
        self, vector: "NDArray[np.float32]", k: int, filters: str, *, effort: int | None, exact: bool
    ) -> list[Found]:  # fmt: skip
        tuned = _EFFORT.get(self.of.index)
        usual = EFFORT.get(self.of.index, ("", 0, 0))[1]
        looked = (
            (32_768 if self.of.index == "hnsw" else 65_536) if exact else max(effort or usual, k)
        )
        if exact and self.of.index == "ivf":
            looked = int(self.of.parameters.get("lists", PARAMETERS["ivf"]["lists"][1]))
        with _told():
            answer = self.client.search(
                self._name, [vector.tolist()], limit=k, filter=filters, output_fields=["key", "text", "body"],
                search_params={"params": {tuned: looked} if tuned else {}},
            )[0]  # fmt: skip
        return [
            Found(
                each["entity"]["key"],
                self._distance(float(each["distance"])),
                each["entity"]["text"],
                loads(each["entity"]["body"]),
            )
            for each in answer
        ]

    def _distance(self, told: float) -> float:
        match self.of.metric:
            case "cosine":
                return 1 - told
            case "l2":
                return float(max(told, 0.0) ** 0.5)  # Milvus leaves the root undrawn
        return -told

    def get(self, keys: Sequence[str]) -> "list[tuple[Found, NDArray[np.float32]]]":
        import numpy as np

        return [
            (
                Found(each["key"], 0.0, each["text"], loads(each["body"])),
                np.asarray(each["vector"], dtype=np.float32),
            )
            for each in self._by_key(keys, ["key", "text", "body", "vector"])
        ]

    def has(self, n: int) -> bool:  # noqa: ARG002
        return False  # Milvus builds by itself

    def sample(self, n: int) -> list[str]:
        import random

        keys = [each["key"] for each in self._all(["key"], "")]
        return random.sample(keys, min(n, len(keys)))

    def texts(self, after: str, n: int) -> list[tuple[str, str]]:
        found = [(each["key"], each["text"]) for each in self._all(["key", "text"], "")]
        return sorted(each for each in found if each[0] > after)[:n]

    def _by_key(self, keys: Sequence[str], fields: list[str]) -> list[dict[str, Any]]:
        if not keys:
            return []
        with _told():
            found = self.client.get(self._name, ids=list(keys), output_fields=fields)
        return [dict(each) for each in found]

    def _all(self, fields: list[str], filters: str) -> Iterator[dict[str, Any]]:
        for rows in self._batches(self._name, fields, filters):
            yield from rows

    def _batches(
        self, name: str, fields: list[str], filters: str
    ) -> Iterator[list[dict[str, Any]]]:
        with _told():
            walk = self.client.query_iterator(
                name, batch_size=1000, filter=filters, output_fields=fields
            )
            try:
                while rows := walk.next():
                    yield [dict(each) for each in rows]
            finally:
                walk.close()

    # ── index ────────────────────────────────────────────────────────────────────────────────────────

    def build(self, index: Index, parameters: Mapping[str, Any]) -> int:
        """Into a collection beside it, to which the name then passes: queries and writes go on all along.

        What is written while it is copied is found afterwards by comparing both, and brought over.
        """
        with _told():
            old = self.client.describe_alias(self._name)["collection_name"]
            fresh = self._new(index, parameters)
            seen = dict(self._poured(old, fresh, {}))
            self.client.alter_alias(fresh, self._name)
            late = dict(self._poured(old, fresh, seen))
            gone = [key for key in seen if key not in late]
            for at in range(0, len(gone), _AT_ONCE):
                self.client.delete(fresh, ids=gone[at : at + _AT_ONCE])
            self.client.drop_collection(old)
        return len(late)

    def _poured(
        self, old: str, fresh: str, seen: Mapping[str, bytes]
    ) -> Iterator[tuple[str, bytes]]:
        """Bring over what differs from what was seen; every key with a mark of its content."""
        from hashlib import blake2b

        for rows in self._batches(old, ["key", "vector", "text", "body", "metadata"], ""):
            marks = [
                blake2b(repr((r["text"], r["body"], r["vector"])).encode(), digest_size=16).digest()
                for r in rows
            ]
            differ = [r for r, mark in zip(rows, marks, strict=True) if seen.get(r["key"]) != mark]
            if differ:
                self.client.upsert(fresh, differ)
            yield from ((r["key"], mark) for r, mark in zip(rows, marks, strict=True))

    def _index(self, index: Index, parameters: Mapping[str, Any]) -> Any:
        usual = {name: value for name, (_least, value, _most) in PARAMETERS[index].items()}
        asked = {_PARAMETERS[name]: value for name, value in {**usual, **parameters}.items()}
        made = self.client.prepare_index_params()
        made.add_index(
            "vector",
            index_type=_INDEXES[index],
            metric_type=_METRICS[self.of.metric],
            params=asked,
        )
        return made

    def facts(self) -> Facts:
        with _told():
            counted = self.client.query(self._name, filter="", output_fields=["count(*)"])
        return Facts(int(counted[0]["count(*)"]), None, None)

    def drop(self, *, batch: UUID) -> None:  # noqa: ARG002
        with _told():
            old = self.client.describe_alias(self._name)["collection_name"]
            self.client.drop_alias(self._name)
            self.client.drop_collection(old)


def _meets(condition: Condition, metadata: Mapping[str, Any]) -> bool:
    if condition == All():
        return True

    def get(name: str) -> Any:
        value: Any = metadata
        for step in name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    return holds(condition, get)


def _floats(value: Any) -> Any:
    """Exact numbers as Milvus has them; they are only for its own narrowing, the text beside is what is kept."""
    from decimal import Decimal

    match value:
        case Decimal():
            return float(value)
        case dict():
            return {name: _floats(each) for name, each in value.items()}
        case list():
            return [_floats(each) for each in value]
    return value


@contextmanager
def _told() -> Iterator[None]:
    """Milvus's errors as ours."""
    try:
        yield
    except PgcError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("pymilvus", "milvus_lite", "grpc"):
            raise
        raise Unavailable(
            _("Milvus cannot be reached or refuses this: {error}", error=str(error)[:500]),
            next_step=_("Check PGC_MILVUS_URL and whether the server runs; then try again."),
        ) from error
