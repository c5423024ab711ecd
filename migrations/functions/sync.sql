-- `npm run migrate` calls this. True when the database is another one than it was, or an older one: restored, moved, on
-- another branch, or rewound, which only whoever did it can tell. Then
-- - phones have to begin anew. The rows may hold numbers that this server has not come to, and such a record would be
--   in no round of syncing for long: those count as changed now.
-- - every session ends. Somebody may have logged out, changed a stolen password or been disabled since the backup, and
--   their session would be alive again. Only whoever signs in with a password that counts now gets a new one. Its
--   number is one that was never given before, so that no token of the history that was left belongs to it.
-- - so do the links in mails: one that was used since would work again. Mails that waited then have been sent.
-- The answers that Idempotency-Keys wait for stay: they are of the same moment as the records that they tell of, and a
-- phone that sends its request once more must not do it twice.
create or replace function app.settle(moved boolean) returns boolean language plpgsql as $$
declare
  before app.servers;
  server bigint := 0;
  here text := nullif(current_setting('neon.timeline_id', true), '');
  kind text;
begin
  select * into before from app.servers order by epoch desc limit 1;
  begin
    server := (select system_identifier from pg_control_system());
  exception when insufficient_privilege then
    -- then only whoever moved it knows
  end;
  if not moved and server = before.identifier and here is not distinct from before.timeline then
    return false;
  end if;
  insert into app.servers (identifier, timeline) values (server, here);
  if before.epoch is null and not moved then
    return false;
  end if;
  foreach kind in array array['patients', 'doctors', 'mappings'] loop
    -- nobody changed these: neither their version nor the trail has to know
    execute format('alter table %I disable trigger user', kind);
    execute format('update %I set changed_tx = $1 where changed_tx > $1', kind) using app.tx();
    execute format('alter table %I enable trigger user', kind);
  end loop;
  delete from sessions;
  delete from app.links;
  delete from app.django_accounts;
  delete from mails where sent_at is null;
  -- an earlier emergency is over
  update emergency_accesses set expires_at = now() where expires_at > now();
  delete from app.emergency_lookups;
  perform setval(pg_get_serial_sequence('sessions', 'id'), nextval(pg_get_serial_sequence('sessions', 'id')) + 1000000);
  insert into audit (action, resource, actor_role) values ('sessions_ended', 'session', 'cli');
  return true;
end $$;

-- As what the asker syncs, and on which server.
create or replace function app.sync_scope() returns text stable security definer set search_path = public, pg_temp language sql
  return app.role() || '@' || coalesce((select max(epoch) from app.servers), 0);

-- Where this round of syncing ends: below every transaction that still runs, or where its first page said. A cursor of
-- another scope is refused, because what that one held and this one does not is in no list of changes.
create or replace function app.sync_until(cursor_scope text, given bigint) returns bigint language plpgsql as $$
declare
  until bigint := coalesce(given, pg_snapshot_xmin(pg_current_snapshot())::text::bigint);
begin
  if cursor_scope <> app.sync_scope() then
    perform app.refuse('sync_reset');
  end if;
  perform set_config('app.sync_until', until::text, true);
  return until;
end $$;

-- The same, with the time of this round: what ran out by itself since the round before is in no transaction. `seen` is the time of
-- that one, and null for a client that begins, both in milliseconds.
create or replace function app.sync_round(cursor_scope text, given bigint, seen bigint, given_at bigint)
returns table (until bigint, at bigint) language plpgsql as $$
begin
  until := app.sync_until(cursor_scope, given);
  at := coalesce(given_at, floor(extract(epoch from now()) * 1000)::bigint);
  perform set_config('app.sync_seen', coalesce(seen::text, ''), true), set_config('app.sync_at', at::text, true);
  return next;
end $$;

-- The patients in the asker's scope, and since which transaction they are in it as they are now.
create or replace function app.sync_patients() returns table (id bigint, tx bigint) stable security definer rows 100
set search_path = public, pg_temp language plpgsql as $$
begin
  return query
    select p.id, p.changed_tx from patients p where app.role() = 'user' and p.created_by = app.user_id()
    union all
    select p.id, p.changed_tx from patients p where app.role() = 'patient' and p.user_id = app.user_id()
    union all
    select p.id, greatest(p.changed_tx, m.changed_tx)
    from mappings m join patients p on p.id = m.patient_id
    where m.doctor_id = app.doctor_id() and coalesce(m.expires_at, 'infinity') > now();
end $$;

-- One page of changes, as (kind, tx, id): kinds 0 to 2 are patients, doctors and mappings to take over, 3 to 5 those to
-- forget. Definer's rights, because the trail of deletions is an admin's to read, and because every branch names its
-- scope itself. An admin's patients and mappings have branches of their own, which walk an index instead of a set.
create or replace function app.sync_changes(since bigint, after_kind integer, after_tx bigint, after_id bigint, most integer)
returns table (kind integer, tx bigint, id bigint, bytes integer) stable security definer
set search_path = public, pg_temp language plpgsql as $$
#variable_conflict use_column
declare
  until bigint := current_setting('app.sync_until')::bigint;
  -- a client that begins has nothing to forget
  gone_since bigint := nullif(since, 0);
  is_admin boolean := app.role() = 'admin';
  me bigint := app.user_id();
  my_doctor bigint := app.doctor_id();
  v_seen timestamptz := to_timestamp(nullif(current_setting('app.sync_seen', true), '')::bigint / 1000.0);
  v_at timestamptz := to_timestamp(nullif(current_setting('app.sync_at', true), '')::bigint / 1000.0);
begin
  if app.role() is null then
    return;
  end if;
  -- Whatever a cursor says, no more of the trail is read than this: who was away for longer begins anew, which costs less.
  if exists (
    select from unnest(array['patient', 'doctor', 'mapping']) one where exists (
      select from audit a where a.action = 'delete' and a.resource = one and a.tx >= gone_since offset 10000)) then
    perform app.refuse('sync_reset');
  end if;
  return query
  with scope as materialized (select s.id, s.tx from app.sync_patients() s),
  -- The assignments that ran out between the round before and this one. Of this round's first transaction, which is in it in
  -- any case, because what ran out is of none.
  ran_out as materialized (
    select m.id, m.patient_id, m.doctor_id from mappings m where m.expires_at > v_seen and m.expires_at <= v_at
  ),
  -- Patients that an unassignment took out of a doctor's scope. Also one after this round: it forgets them in the next,
  -- but what was taken from them in this round is in no other.
  lost as materialized (
    -- an older one may have a number of another server
    select (a.before ->> 'patient_id')::bigint as id, coalesce(max(a.tx) filter (where a.tx < until), max(a.tx)) as tx
    from audit a
    where my_doctor is not null and a.action = 'delete' and a.resource = 'mapping' and a.tx >= gone_since
      and (a.before ->> 'doctor_id')::bigint = my_doctor
      and not exists (select from scope where scope.id = (a.before ->> 'patient_id')::bigint)
    group by 1
    union all
    -- and what a patient's account has left
    select f.patient_id, f.tx from app.former_patients f
    where app.role() = 'patient' and f.user_id = me and f.tx >= gone_since
      and not exists (select from scope where scope.id = f.patient_id)
    union all
    select r.patient_id, since from ran_out r
    where r.doctor_id = my_doctor and not exists (select from scope where scope.id = r.patient_id)
  ),
  owned as (
    select a.resource_id as id, a.tx from audit a
    where a.action = 'delete' and a.resource = 'patient' and a.tx >= gone_since and (
      is_admin or (app.role() = 'user' and (a.before ->> 'created_by')::bigint = me)
      or (app.role() = 'patient' and (a.before ->> 'user_id')::bigint = me))
  ),
  changes as (
    (select 0 as kind, p.changed_tx as tx, p.id from patients p
      where is_admin and after_kind <= 0 and p.changed_tx < until
        and (p.changed_tx, p.id) > (
          case after_kind when 0 then after_tx else since end, case after_kind when 0 then after_id else 0 end)
      order by p.changed_tx, p.id limit most)
    union all
    select 0, s.tx, s.id from scope s
    union all
    (select 1, d.changed_tx, d.id from doctors d
      where after_kind <= 1 and d.changed_tx < until
        and (d.changed_tx, d.id) > (
          case after_kind when 1 then after_tx else since end, case after_kind when 1 then after_id else 0 end)
      order by d.changed_tx, d.id limit most)
    union all
    (select 2, m.changed_tx, m.id from mappings m
      where is_admin and after_kind <= 2 and m.changed_tx < until and coalesce(m.expires_at, 'infinity') > now()
        and (m.changed_tx, m.id) > (
          case after_kind when 2 then after_tx else since end, case after_kind when 2 then after_id else 0 end)
      order by m.changed_tx, m.id limit most)
    union all
    -- whoever got a patient by assignment, or by an invitation, gets the patient's older mappings with it
    select 2, case when my_doctor is not null then greatest(m.changed_tx, mine.changed_tx)
        when app.role() = 'patient' then greatest(m.changed_tx, (select s.tx from scope s where s.id = m.patient_id))
        else m.changed_tx end, m.id
      from mappings m left join mappings mine on mine.patient_id = m.patient_id and mine.doctor_id = my_doctor
      where m.patient_id = any (array(select s.id from scope s)) and coalesce(m.expires_at, 'infinity') > now()
    union all
    select 3, o.tx, o.id from owned o where not exists (select from patients p where p.id = o.id)
    union all
    select 3, l.tx, l.id from lost l
    union all
    select 4, a.tx, a.resource_id from audit a
      where a.action = 'delete' and a.resource = 'doctor' and a.tx >= gone_since and a.tx < until
        and not exists (select from doctors d where d.id = a.resource_id)
    union all
    -- with a patient who was lost go all its mappings, those as well that were deleted afterwards
    select 5, least(a.tx, l.tx), a.resource_id
      from audit a left join lost l on l.id = (a.before ->> 'patient_id')::bigint
      where a.action = 'delete' and a.resource = 'mapping' and a.tx >= gone_since
        and not exists (select from mappings m where m.id = a.resource_id)
        and (is_admin or l.id is not null
          or (a.before ->> 'patient_id')::bigint in (select s.id from scope s)
          or (a.before ->> 'patient_id')::bigint in (select o.id from owned o))
    union all
    select 5, l.tx, m.id from lost l join mappings m on m.patient_id = l.id
    union all
    select 5, since, r.id from ran_out r
      where is_admin or r.doctor_id = my_doctor or r.patient_id in (select s.id from scope s)
  )
  select page.kind, page.tx, page.id, coalesce(p.bytes, d.bytes, 120) as bytes
  from (
    select c.kind, max(c.tx) as tx, c.id from changes c
    where c.tx >= since and (c.tx < until or (c.kind >= 3 and c.tx = since)) and (c.kind, c.tx, c.id) > (after_kind, after_tx, after_id)
    group by c.kind, c.id
    order by 1, 2, 3 limit most
  ) page
  left join patients p on page.kind = 0 and p.id = page.id
  left join doctors d on page.kind = 1 and d.id = page.id;
end $$;

-- The same, kept for the statements that fetch the rows: each of them sees a later snapshot, in which a page of its own
-- could be another one. A page ends before it passes `most_bytes`, and says whether there is more.
create or replace function app.sync_page(
  since bigint, after_kind integer, after_tx bigint, after_id bigint, most integer, most_bytes integer
) returns table (kind integer, tx bigint, id bigint, more boolean) language sql as $$
  with fetched as materialized (
    select c.kind, c.tx, c.id, c.bytes, sum(c.bytes) over (order by c.kind, c.tx, c.id) as total
    from app.sync_changes(since, after_kind, after_tx, after_id, most) c
  ), page as materialized (
    select fetched.kind, fetched.tx, fetched.id from fetched where total <= most_bytes or total = bytes
  ), kept as materialized (
    select set_config('app.sync_page', coalesce(jsonb_object_agg(of_kind.kind, of_kind.ids), '{}')::text, true)
    from (select page.kind, array_agg(page.id)::text as ids from page group by page.kind) of_kind
  )
  select page.kind, page.tx, page.id,
    (select count(*) from fetched) = most or (select count(*) from fetched) > (select count(*) from page)
  from kept left join page on true where page.kind is not null
  order by 1, 2, 3
$$;

create or replace function app.sync_ids(kind integer) returns bigint[] stable language sql
  return (current_setting('app.sync_page')::jsonb ->> kind::text)::bigint[];
grant execute on function app.sync_scope(), app.sync_until(text, bigint), app.sync_round(text, bigint, bigint, bigint),
  app.sync_changes(bigint, integer, bigint, bigint, integer),
  app.sync_page(bigint, integer, bigint, bigint, integer, integer), app.sync_ids(integer) to app_api;
