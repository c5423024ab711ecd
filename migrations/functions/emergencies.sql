-- Which patients an approved doctor sees. DOCTOR_ACCESS is "all", or "assigned"; whoever says nothing sees the fewer.
create or replace function app.sees_all_patients() returns boolean stable parallel safe language sql
  return app.role() = 'doctor' and coalesce(current_setting('app.doctor_access', true), '') = 'all';

-- The records that an emergency has opened to the doctor who asks. With definer's rights, and as one array for the whole
-- statement, as in app.own_patients().
create or replace function app.emergency_patients() returns setof bigint stable security definer
set search_path = public, pg_temp language sql as $$
  select patient_id from emergency_accesses
  where doctor_id = app.doctor_id() and expires_at > now() and not app.sees_all_patients()
$$;

-- Whether the asker sees a patient by an emergency alone, which opens the record and nothing else.
create or replace function app.is_emergency_only(patient bigint) returns boolean stable security definer
set search_path = public, pg_temp language sql as $$
  select app.role() = 'doctor' and not app.sees_all_patients()
    and not exists (
      select from mappings
      where patient_id = patient and doctor_id = app.doctor_id() and coalesce(expires_at, 'infinity') > now())
$$;

-- The record of the doctor who asks. The lock makes those wait who come at the same time, so that limits count all of them. Who
-- has waited for the end of an approval, or for that of the account, is no doctor any more.
create or replace function app.lock_own_doctor() returns bigint language plpgsql set search_path = public, pg_temp as $$
begin
  perform app.only_for('doctor');
  if app.sees_all_patients() then
    perform app.refuse('already_accessible');
  end if;
  perform from doctors where id = app.doctor_id() and user_id = app.user_id() and approved for no key update;
  if not found then
    perform app.refuse('doctor_not_approved');
  end if;
  return app.doctor_id();
end $$;

-- Finds patients by their exact name, as a search reads it, and their date of birth: the 20 oldest records, because whoever
-- registers can make thousands who are called like somebody else. A doctor has 20 look-ups a day, those as well that find
-- nobody; each is in the trail with whom it found.
create or replace function app.lookup_patients(full_name text, born date)
returns table (id bigint, name text, date_of_birth date, gender text)
security definer set search_path = public, pg_temp language plpgsql as $$
#variable_conflict use_column
declare
  v_doctor bigint := app.lock_own_doctor();
  v_name text := trim(app.searchable(full_name));
  v_found bigint[];
begin
  if 20 <= (select count(*) from app.emergency_lookups where doctor_id = v_doctor and at > now() - interval '1 day') then
    perform app.refuse('too_many_requests');
  end if;
  v_found := array(
    select p.id from patients p
    -- the name comes first in this, up to a `|`, and is not made searchable once more
    where p.date_of_birth = born and trim(split_part(p.search_key, '|', 1)) = v_name order by p.id limit 20);
  insert into app.emergency_lookups (doctor_id, patient_ids) values (v_doctor, v_found);
  insert into audit (action, resource, patient_ids) values ('lookup', 'patient', v_found);
  return query select p.id, p.name, p.date_of_birth, p.gender from patients p where p.id = any (v_found) order by p.id;
end $$;

-- Opens a record that the doctor has looked up within the hour, for four hours. Whoever opens it again meanwhile gets the access
-- that there is. Five a day.
create or replace function app.open_emergency_access(patient bigint, why text)
returns table (id bigint, patient_id bigint, doctor_id bigint, reason text, created_at timestamptz(3), expires_at timestamptz(3))
security definer set search_path = public, pg_temp language plpgsql as $$
#variable_conflict use_column
declare
  v_doctor bigint;
  v_account bigint;
  v_access emergency_accesses;
begin
  -- under "all" a patient who is not there is a 404, as everywhere
  if app.sees_all_patients() and not exists (select from patients p where p.id = patient) then
    perform app.refuse('not_found');
  end if;
  v_doctor := app.lock_own_doctor();
  if exists (
    select from mappings m
    where m.patient_id = patient and m.doctor_id = v_doctor and coalesce(m.expires_at, 'infinity') > now()) then
    perform app.refuse('already_accessible');
  elsif not exists (
    select from app.emergency_lookups l
    where l.doctor_id = v_doctor and l.at > now() - interval '1 hour' and patient = any (l.patient_ids)) then
    perform app.refuse('not_found');
  end if;
  -- the lock keeps the record from being deleted meanwhile
  select p.user_id into v_account from patients p where p.id = patient for key share;
  if not found then
    perform app.refuse('not_found');
  end if;
  select * into v_access from emergency_accesses a
  where a.doctor_id = v_doctor and a.patient_id = patient and a.expires_at > now();
  if v_access.id is null then
    if 5 <= (
      select count(*) from emergency_accesses a where a.doctor_id = v_doctor and a.created_at > now() - interval '1 day') then
      perform app.refuse('too_many_requests');
    end if;
    insert into emergency_accesses (patient_id, doctor_id, doctor_name, reason, expires_at)
    select patient, v_doctor, d.name, why, now() + interval '4 hours' from doctors d where d.id = v_doctor
    returning * into v_access;
    insert into audit (action, resource, resource_id, patient_ids, reason)
    values ('emergency_access', 'patient', patient, array[patient], why);
    perform app.post('emergency_access', u.id) from users u
    where u.id = v_account and u.email_verified_at is not null and u.disabled_at is null;
  end if;
  return query select v_access.id, v_access.patient_id, v_access.doctor_id, v_access.reason, v_access.created_at,
    v_access.expires_at;
end $$;
create or replace trigger t50_record after update on emergency_accesses
  for each row execute function app.record_change('emergency_access');
grant execute on function app.sees_all_patients(), app.emergency_patients(),
  app.is_emergency_only(bigint), app.lookup_patients(text, date), app.open_emergency_access(bigint, text) to app_api;
