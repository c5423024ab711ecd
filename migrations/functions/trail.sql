-- Reading the trail. Array operators are not leakproof, so under a policy they would never reach the index on
-- patient_ids: these functions have definer's rights and check the asker themselves.
create or replace function app.trail_of_patient(patient bigint) returns setof bigint stable security definer
set search_path = public, pg_temp language sql as $$
  select id from audit where patient_ids @> array[patient] and app.role() = 'admin'
$$;

-- Who looked at or changed the record of the patient who asks, whether the doctor or admin still exists or not; and why, where
-- somebody had to say. Also until when of a record that was deleted, or that the account has left.
create or replace function app.own_access_log()
returns table (id bigint, at timestamptz(3), action text, resource text, actor_id bigint, actor_name text, actor_role text,
  reason text)
stable security definer set search_path = public, pg_temp language sql as $$
  with mine as materialized (
    select p.id, 'infinity'::timestamptz as until from patients p where p.user_id = app.user_id()
    union all
    select f.patient_id, f.until from app.former_patients f where f.user_id = app.user_id()
  )
  select a.id, a.at, a.action, a.resource, a.actor_id, a.actor_name, a.actor_role, a.reason
  from audit a
  where a.patient_ids && array(select mine.id from mine) and app.role() = 'patient'
    and a.action <> 'refused' -- whoever was refused has not seen anything
    and exists (select from mine where mine.id = any (a.patient_ids) and a.at <= mine.until)
$$;

-- For the previous Worker.
create or replace function app.access_log()
returns table (
  id bigint, at timestamptz(3), action text, resource text, actor_id bigint, actor_name text, actor_role text)
stable security definer set search_path = public, pg_temp language sql as $$
  select l.id, l.at, l.action, l.resource, l.actor_id, l.actor_name, l.actor_role from app.own_access_log() l
$$;

-- Notes that somebody was refused a patient, in a transaction of its own, because the refusal undid the one it happened
-- in. It does not ask whether the session is still alive, or one could keep a refusal out of the trail by logging out
-- at the same time: the Worker says who asked, by the token that the refused request carried.
create or replace function app.note_refusal(actor bigint, patient bigint) returns void
security definer set search_path = public, pg_temp language sql as $$
  insert into audit (actor_id, actor_role, action, resource, resource_id, patient_ids)
  select u.id, case when u.role = 'doctor' and d.approved is not true then 'pending_doctor' else u.role end,
    'refused', 'patient', patient, array[patient]
  from users u left join doctors d on d.user_id = u.id where u.id = actor
$$;

-- The same where a patient was named by their account. One without a record was nobody's to reach.
create or replace function app.note_refusal_of(actor bigint, account bigint) returns void
security definer set search_path = public, pg_temp language sql as $$
  select app.note_refusal(actor, p.id) from patients p where p.user_id = account
$$;
grant execute on function app.note_refusal(bigint, bigint), app.note_refusal_of(bigint, bigint) to app_auth;

-- Undoes a deletion: the record under its old id, and those of its mappings whose other side is still there. Its
-- version goes up, so that no tag from before the deletion fits.
create or replace function app.restore(entry bigint) returns table (resource text, restored bigint, mappings bigint[])
security definer set search_path = public, pg_temp language plpgsql as $$
#variable_conflict use_column
declare
  deleted audit;
  back bigint[];
begin
  perform app.only_for('admin', 'cli');
  select * into deleted from audit where id = entry and action = 'delete' and resource in ('patient', 'doctor');
  if deleted.id is null then
    return;
  end if;
  perform set_config('app.action', 'restore', true);
  -- its version goes on from the last one, and sync has to see it as changed by this transaction
  deleted.before := deleted.before - 'changed_tx' || jsonb_build_object('updated_at', now(), 'version', 1 + (
    select max((before ->> 'version')::integer) from audit
    where resource = deleted.resource and resource_id = deleted.resource_id));
  -- An older deletion brings back what was older, but not whose record it was: an invitation may have given it to an
  -- account since, or an approval been taken away.
  deleted.before := deleted.before || (
    select jsonb_build_object('user_id', before -> 'user_id', 'created_by', before -> 'created_by',
      'approved', before -> 'approved')
    from audit where action = 'delete' and resource = deleted.resource and resource_id = deleted.resource_id
    order by id desc limit 1);
  perform app.insert_record(
    case deleted.resource when 'patient' then 'patients' else 'doctors' end::regclass, deleted.before);
  with returned as (
    insert into mappings (id, patient_id, doctor_id, created_by, created_at, expires_at) overriding system value
    select m.id, m.patient_id, m.doctor_id, m.created_by, m.created_at, m.expires_at
    from audit a, jsonb_populate_record(null::mappings, a.before) m
    where a.tx = deleted.tx and a.at = deleted.at and a.resource = 'mapping' and a.action = 'delete'
      and case deleted.resource when 'patient' then m.patient_id else m.doctor_id end = deleted.resource_id
      and exists (select from patients p where p.id = m.patient_id)
      and exists (select from doctors d where d.id = m.doctor_id)
    on conflict (patient_id, doctor_id) do nothing
    returning id
  )
  select coalesce(array_agg(id), '{}') into back from returned;
  return query select deleted.resource, deleted.resource_id, back;
end $$;
grant execute on function app.trail_of_patient(bigint), app.own_access_log(), app.access_log(), app.restore(bigint) to app_api;

-- Erasing an account takes its name out of the entries that it left, but not of what it did as a doctor or as an
-- administrator: whoever saw a patient's record stays known to that patient by name. The newest at once; of an account that was
-- busy for years the rest follows with the hourly sweep, because no request may take as long as a million rows.
create or replace function app.take_out_names(entries bigint[]) returns bigint language plpgsql as $$
declare
  v_taken bigint;
begin
  update audit set actor_name = 'Erased account'
  where id = any (entries) and actor_name <> 'Erased account' and coalesce(actor_role, '') not in ('doctor', 'admin');
  get diagnostics v_taken = row_count;
  return v_taken;
end $$;

create or replace function app.erase_name() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if new.role = 'admin' or exists (select from doctors where user_id = new.id and approved and new.role = 'doctor') then
    return null;
  end if;
  insert into app.erased_names (actor_id) values (new.id);
  perform app.take_out_names(array(select id from audit where actor_id = new.id order by id desc limit 10000));
  return null;
end $$;

-- Looks at the next entries of one erased account, from the newest to the oldest. The first round begins at the newest once
-- more: a request that ran while the account was erased may have left its entry afterwards.
create or replace function app.take_out_some(most integer, out taken bigint, out more boolean) language plpgsql as $$
declare
  v_one app.erased_names;
  v_entries bigint[];
begin
  taken := 0;
  select * into v_one from app.erased_names order by actor_id limit 1 for update skip locked;
  if found then
    v_entries := array(
      select id from audit where actor_id = v_one.actor_id and id < coalesce(v_one.below, 9223372036854775807)
      order by id desc limit most);
    taken := app.take_out_names(v_entries);
    if cardinality(v_entries) < most then
      delete from app.erased_names where actor_id = v_one.actor_id;
    else
      update app.erased_names set below = v_entries[most] where actor_id = v_one.actor_id;
    end if;
  end if;
  more := exists (select from app.erased_names);
end $$;

create or replace trigger t20_erase_name after update of erased_at on users for each row
  when (old.erased_at is null and new.erased_at is not null) execute function app.erase_name();
