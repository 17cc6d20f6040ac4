-- Topics make a tree: no topic lies below itself, whoever writes and however many write at once.

-- Two moves at the same moment (A below B, B below A) are each possible and together a circle. So whoever changes
-- the tree holds it first, all of it and in one order, until the transaction ends.
create function knowledge.hold_topics() returns trigger
    language plpgsql set search_path = pg_catalog as $$
begin
    perform 1 from knowledge.topics order by id for update;
    return null;
end $$;
revoke execute on function knowledge.hold_topics from public;

create function knowledge.refuse_circle() returns trigger
    language plpgsql set search_path = pg_catalog as $$
declare
    above uuid := new.parent;
    whose uuid;
    steps integer := 0;
begin
    while above is not null loop
        if above = new.id then
            raise exception 'topics_circle' using errcode = 'integrity_constraint_violation';
        end if;
        steps := steps + 1;
        if steps > 100 then
            raise exception 'topics_depth' using errcode = 'integrity_constraint_violation';
        end if;
        select t.owner, t.parent into whose, above from knowledge.topics t where t.id = above;
        if not found then
            exit;
        end if;
        if whose <> new.owner then
            raise exception 'topics_owner' using errcode = 'integrity_constraint_violation';
        end if;
    end loop;
    return null;
end $$;
revoke execute on function knowledge.refuse_circle from public;

create trigger hold before insert or update of parent on knowledge.topics
    for each statement execute function knowledge.hold_topics();
create trigger no_circle after insert or update of parent on knowledge.topics
    for each row execute function knowledge.refuse_circle();
