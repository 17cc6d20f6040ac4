-- What the graph reads off records: a node for each, and the links that a record's own fields and texts make.
-- It can be made anew at any time, so it has no history; `graph.edges`, which people add, is a table of records.
--
-- A row is seen under the rights of the record that it was read off: its owner's, and whoever was granted its area.
-- Only the owner writes it. A link is stored as it stands in the record (an identifier, a name in [[brackets]]), and
-- the view finds what it leads to when it is asked, so a renamed or later added record needs no second look.

create table pgc.graph_nodes (
    owner uuid not null default pgc.me(),
    area text not null,
    kind text not null,
    record uuid not null,
    pointer text not null generated always as (kind || '/' || record::text) stored,
    title text not null,
    called text not null,                   -- the title as links name it
    names text[] not null default '{}',     -- what texts may call it
    version int not null default 0,         -- of the record when it was read
    primary key (owner, record)
);
create index graph_nodes_record on pgc.graph_nodes (record);
create index graph_nodes_pointer on pgc.graph_nodes (pointer);
create index graph_nodes_called on pgc.graph_nodes (owner, called);
create index graph_nodes_kind on pgc.graph_nodes (owner, kind);

create table pgc.graph_links (
    owner uuid not null default pgc.me(),
    area text not null,
    kind text not null,
    source uuid not null,                   -- the record that it was read off
    one text not null,
    relation text not null,
    other text,                             -- where it leads to, if that is known from the record
    target uuid,                            -- or the identifier alone
    wanted text,                            -- or a name
    how text not null check (how in ('link', 'tag', 'reference', 'kinship', 'mention')),
    check (num_nonnulls(other, target, wanted) = 1)
);
create index graph_links_source on pgc.graph_links (owner, source);
create index graph_links_kind on pgc.graph_links (owner, kind);
create index graph_links_one on pgc.graph_links (one);
create index graph_links_other on pgc.graph_links (other) where other is not null;
create index graph_links_target on pgc.graph_links (target) where target is not null;
create index graph_links_wanted on pgc.graph_links (owner, wanted) where wanted is not null;

-- Until when the records of a kind were read.
create table pgc.graph_marks (
    owner uuid not null default pgc.me(),
    kind text not null,
    upto timestamptz not null,
    primary key (owner, kind)
);

do $$
declare derived text;
begin
    foreach derived in array array ['graph_nodes', 'graph_links', 'graph_marks'] loop
        execute format('alter table pgc.%I enable row level security', derived);
        execute format('alter table pgc.%I force row level security', derived);
        execute format('create policy own on pgc.%I using (owner = (select pgc.me())) '
                       'with check (owner = (select pgc.me()))', derived);
        execute format('grant select, insert, update, delete on pgc.%I to pgc_person', derived);
    end loop;
    foreach derived in array array ['graph_nodes', 'graph_links'] loop
        execute format('create policy see on pgc.%I for select using ('
                       '(owner, area) in (select g.owner, g.area from pgc.granted(''see'') g) '
                       'or owner in (select g.owner from pgc.granted(''see'') g where g.area = ''*''))', derived);
    end loop;
end $$;

-- Every edge, as the reader may see it; whether both ends may be seen is for the query to ask.
create view pgc.graph_ties with (security_invoker = true) as
    select l.owner, l.one, l.relation, l.other, l.how, null::double precision as confidence, '' as source, '' as note
    from pgc.graph_links l where l.other is not null
    union all
    select l.owner, l.one, l.relation, n.pointer, l.how, null, '', ''
    from pgc.graph_links l join pgc.graph_nodes n on n.record = l.target where l.target is not null
    union all
    select l.owner, l.one, l.relation, n.pointer, l.how, null, '', ''
    from pgc.graph_links l join pgc.graph_nodes n on n.owner = l.owner and n.called = l.wanted
    where l.wanted is not null
    union all
    select e.owner, e.one, e.relation, e.other, 'said', e.confidence, e.source, e.note from graph.edges e;
grant select on pgc.graph_ties to pgc_person;
