-- Whether approved doctors see all patients, or those alone who are assigned to them. The Worker says which, in its setting
-- DOCTOR_ACCESS; whoever says nothing sees the fewer.
create function app.sees_all_patients() returns boolean stable parallel safe language sql
  return app.role() = 'doctor' and coalesce(current_setting('app.doctor_access', true), '') = 'all';

-- An emergency: a doctor to whom a patient is not assigned opens the one record, for hours, and says why. First the doctor
-- has to know who it is: a look-up by name and date of birth.
create table app.emergency_lookups (
  id bigint generated always as identity primary key,
  doctor_id bigint not null,
  patient_ids bigint[] not null,
  at timestamptz(3) not null default now()
);
create index emergency_lookups_doctor on app.emergency_lookups (doctor_id, at);
create index emergency_lookups_at on app.emergency_lookups (at);
revoke all on app.emergency_lookups from app_login, app_api, app_auth;
-- Without references, as in the trail: an access that nobody has reviewed stays when a record goes.
create table emergency_accesses (
  id bigint generated always as identity primary key,
  patient_id bigint not null,
  doctor_id bigint not null,
  -- what the doctor was called then, as in the trail
  doctor_name text not null,
  reason text not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  reviewed_at timestamptz(3),
  reviewed_by bigint references users
);
create index emergency_accesses_doctor on emergency_accesses (doctor_id, expires_at);
create index emergency_accesses_patient on emergency_accesses (patient_id);
create index emergency_accesses_reviewed_by on emergency_accesses (reviewed_by);
create index emergency_accesses_unreviewed on emergency_accesses (id) where reviewed_at is null;

-- A function makes them. Administrators read and review what was opened.
alter table emergency_accesses enable row level security;
grant select, update (reviewed_at, reviewed_by) on emergency_accesses to app_api;
create policy read_emergency on emergency_accesses for select to app_api using (
  case (select app.role()) when 'admin' then true else false end);
create policy review_emergency on emergency_accesses for update to app_api using ((select app.role()) = 'admin');

create function app.emergency_patients() returns setof bigint stable security definer set search_path = public, pg_temp
language sql as $$
  select patient_id from emergency_accesses
  where doctor_id = app.doctor_id() and expires_at > now() and not app.sees_all_patients()
$$;
grant execute on function app.sees_all_patients(), app.emergency_patients() to app_api;

-- `in`, which looks a row up in a table of hashes: an array is read from its beginning for every row, and of a doctor with ten
-- thousand patients that took seconds. Inside of a case neither reaches an index.
alter policy read_patient on patients using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id())
    when 'patient' then user_id = (select app.user_id())
    when 'doctor' then (select app.sees_all_patients())
      or id in (select app.own_patients() union all select app.emergency_patients())
    else (select app.role()) = 'admin'
  end);
-- app.own_patients() has the assigned ones as well, where a doctor does not see all. An emergency opens the record and nothing else.
alter policy read_mapping on mappings using (
  case when (select app.role() = 'admin' or app.sees_all_patients()) then true
    else patient_id in (select app.own_patients()) end);

-- Why somebody did what an entry tells of, where they had to say.
alter table audit add reason text;

alter table mails drop constraint mails_purpose_check;
alter table mails add constraint mails_purpose_check check (purpose in (
  'reset', 'verify', 'change', 'undo', 'invitation', 'password_changed', 'new_device', 'token_replayed', 'new_admin',
  'role_changed', 'profile_changed', 'email_taken', 'emergency_access'));

-- To look a patient up by the date of birth.
create index patients_date_of_birth on patients (date_of_birth) where date_of_birth is not null;
