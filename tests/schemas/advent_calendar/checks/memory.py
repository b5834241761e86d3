"""Promises about finding memories by meaning: one's own, as many as asked for, the nearest first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pgproof.database import Connection

from ...outcomes import refused
from ..oracle_memory import Memory, nearest
from ..world import Family, add, as_person, as_service, as_visitor, new_family, one, vector

INDEX_ONLY = 0  # compare nothing exactly: use the vector index
ALWAYS_EXACT = 1_000_000
LARGEST = 2_147_483_647
SEARCH = "select embedding_id, similarity from public.search_memory(%s::extensions.vector, %s, %s, %s)"
TOLERANCE = 1e-6


def remember(pg: Connection, family: Family, *meanings: Sequence[float]) -> list[Memory]:
    """Give a family these memories."""
    return [
        Memory(add(pg, "memory_embedding", family, embedding=vector(*each)), tuple(each)) for each in meanings
    ]


def search(
    pg: Connection,
    query: Sequence[float],
    limit: int | None = 5,
    exact: int | None = ALWAYS_EXACT,
    child: UUID | None = None,
) -> list[tuple[UUID, float]]:
    """What the search returns to whoever asks."""
    return pg.execute(SEARCH, (vector(*query), child, limit, exact)).fetchall()


def assert_nearest(
    found: list[tuple[UUID, float]], memories: list[Memory], query: Sequence[float], limit: int
) -> None:
    """``found`` are the nearest of ``memories``, as many as there can be, best first, with similarity."""
    expected = nearest(memories, query, limit)
    by_key = {memory.key: memory for memory in memories}
    assert [key for key, _ in found if key not in by_key] == [], "memories of somebody else"
    assert len({key for key, _ in found}) == len(found) == len(expected)
    for (key, similarity), best in zip(found, expected, strict=True):
        assert abs(similarity - best) < TOLERANCE
        assert abs(by_key[key].similarity(query) - best) < TOLERANCE


def assert_own_by_distance(
    found: list[tuple[UUID, float]], memories: list[Memory], query: Sequence[float], limit: int
) -> None:
    """As many ``memories`` as there can be, best first, with similarity: what an approximate index promises.

    Which of two near ones comes up is the index's luck: its levels are drawn by lot when rows are inserted.
    """
    by_key = {memory.key: memory for memory in memories}
    assert [key for key, _ in found if key not in by_key] == [], "memories of somebody else"
    assert len({key for key, _ in found}) == len(found) == min(limit, len(memories))
    assert [similarity for _, similarity in found] == sorted((s for _, s in found), reverse=True)
    for key, similarity in found:
        assert abs(by_key[key].similarity(query) - similarity) < TOLERANCE


def crowd(pg: Connection, size: int) -> None:
    """Memories of another family, all of them nearer to (1, 0) than anything a test looks for."""
    other = new_family(pg)
    pg.execute(
        "insert into public.memory_embedding"
        " (account_id, child_id, content_hash, content_preview, source_type, embedding)"
        " select %s, %s, repeat('0', 64), 'Theirs.', 'manual_entry',"
        " (array[1000::real, n::real] || array_fill(0::real, array[1534]))::extensions.vector"
        " from generate_series(1, %s) as n",
        (other.account, other.child, size),
    )


def use_the_vector_index(pg: Connection) -> None:
    """Make the planner do on a small table what it does on a large one: not sort if an index can."""
    pg.execute("set local enable_seqscan = off")
    pg.execute("set local enable_sort = off")


def vector_scans(pg: Connection) -> int:
    """How often this transaction has looked into the vector index."""
    query = "select pg_stat_get_xact_numscans('public.memory_embedding_embedding_idx'::regclass)"
    return int(one(pg, query))


def check_so_many_are_compared_one_by_one_and_one_more_is_looked_up(pg: Connection) -> None:
    """The index, which may miss the nearest, is asked only where there are more than the caller has compared."""
    mine = new_family(pg)
    pg.execute("delete from public.memory_embedding")
    memories = remember(pg, mine, (1, 1), (1, 2), (1, 3))
    use_the_vector_index(pg)
    for exact, lookups in ((4, 0), (3, 0), (2, 1), (INDEX_ONLY, 1)):
        before = vector_scans(pg)
        with as_person(pg, mine):
            assert_own_by_distance(search(pg, (1, 0), 2, exact), memories, (1, 0), 2)
        assert vector_scans(pg) - before == lookups, exact


def check_a_family_finds_its_own_memories(pg: Connection) -> None:
    """Others' nearer memories neither show up nor take the place of one's own, with the index and without."""
    mine = new_family(pg)
    pg.execute("delete from public.memory_embedding")
    memories = remember(pg, mine, (1, 1), (1, 2), (1, 3), (0, 1), (-1, 1), (-1, 0), (3, 4))
    crowd(pg, 300)
    use_the_vector_index(pg)
    for limit in (1, 5, 7, 50):
        with as_person(pg, mine):
            assert_own_by_distance(search(pg, (1, 0), limit, INDEX_ONLY), memories, (1, 0), limit)
            for exact in (ALWAYS_EXACT, None):
                assert_nearest(search(pg, (1, 0), limit, exact), memories, (1, 0), limit)


def check_there_are_as_many_as_asked_for_where_the_scan_gives_up(pg: Connection) -> None:
    """The index stops after so many tuples; what it has not reached by then is found all the same."""
    mine = new_family(pg)
    pg.execute("delete from public.memory_embedding")
    memories = remember(pg, mine, (-1, 1), (-1, 2), (-1, 3))
    crowd(pg, 300)
    use_the_vector_index(pg)
    pg.execute("set local hnsw.max_scan_tuples = 1")
    pg.execute("set local hnsw.ef_search = 1")
    with as_person(pg, mine):
        assert_nearest(search(pg, (1, 0), 3, INDEX_ONLY), memories, (1, 0), 3)


def check_the_search_takes_odd_questions(pg: Connection) -> None:
    """No limit is 5, a negative one none, the largest all; what has no direction comes last, another child's never."""
    mine, theirs = new_family(pg), new_family(pg)
    pg.execute("delete from public.memory_embedding")
    memories = remember(pg, mine, *((1, n) for n in range(6)))
    (blank,) = remember(pg, mine, (0,))
    with as_person(pg, mine):
        assert_nearest(search(pg, (1, 0), None), memories, (1, 0), 5)
        assert search(pg, (1, 0), -1) == search(pg, (1, 0), 0) == []
        assert_nearest(search(pg, (1, 0), 2, LARGEST), memories, (1, 0), 2)
        assert len(search(pg, (1, 0), LARGEST)) == 7
        assert search(pg, (1, 0), 7)[-1][0] == blank.key
        assert search(pg, (1, 0), 5, child=theirs.child) == []
        assert_nearest(search(pg, (1, 0), 2, child=mine.child), memories, (1, 0), 2)


def check_expired_memories_are_not_found(pg: Connection) -> None:
    """Not by the family, and not by the server, which row-level security does not stop."""
    mine = new_family(pg)
    pg.execute("delete from public.memory_embedding")
    past = {"created_at": "2019-01-01", "expires_at": "2020-01-01"}
    dead = add(pg, "memory_embedding", mine, embedding=vector(1), **past)
    (alive,) = remember(pg, mine, (1, 1))
    for actor in (lambda pg: as_person(pg, mine), as_service):
        for exact in (INDEX_ONLY, ALWAYS_EXACT):
            with actor(pg):
                assert [key for key, _ in search(pg, (1, 0), 5, exact)] == [alive.key]
    assert one(pg, "select count(*) from public.memory_embedding where embedding_id = %s", (dead,)) == 1


def check_only_who_is_signed_in_searches(pg: Connection) -> None:
    """A visitor may not call it; the server, which sees everything, finds everybody's."""
    first, second = new_family(pg), new_family(pg)
    with refused(pg, "42501"), as_visitor(pg):
        search(pg, (1,))
    with as_service(pg):
        found = {key for key, _ in search(pg, (1,), 10)}
        assert found == {first.keys["memory_embedding"], second.keys["memory_embedding"]}
        assert {key for key, _ in search(pg, (1,), 10, child=first.child)} == {first.keys["memory_embedding"]}


def check_the_index_serves_a_search_of_everything(pg: Connection) -> None:
    """A search without a filter can walk the vector index instead of sorting everything."""
    crowd(pg, 20)
    use_the_vector_index(pg)
    plan = pg.execute(
        "explain select embedding_id from public.memory_embedding"
        " order by embedding operator(extensions.<=>) %s::extensions.vector(1536) limit 5",
        (vector(1),),
    ).fetchall()
    assert any("memory_embedding_embedding_idx" in line for (line,) in plan), plan
