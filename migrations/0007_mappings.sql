create table mappings (
  id bigint generated always as identity primary key,
  patient_id bigint not null references patients on delete cascade,
  doctor_id bigint not null references doctors on delete cascade,
  created_by bigint references users default app.user_id(),
  created_at timestamptz(3) not null default now(),
  unique (patient_id, doctor_id)
);
create index mappings_doctor on mappings (doctor_id, patient_id);

alter table mappings enable row level security;
grant select, insert, delete on mappings to app_api;

-- The patients whose mappings the actor manages. With definer's rights, and as one array for the whole statement,
-- because a policy that runs a query for every row reads a large table row by row.
create function app.own_patients() returns setof bigint stable security definer set search_path = public, pg_temp
language sql as $$
  select id from patients where created_by = app.user_id() and app.role() = 'user'
  union all
  select id from patients where user_id = app.user_id() and app.role() = 'patient'
$$;
grant execute on function app.own_patients() to app_api;

create policy read_mapping on mappings for select to app_api using (
  case when (select app.role()) in ('doctor', 'admin') then true
    else patient_id = any (array(select app.own_patients())) end);
-- Foreign keys look past row level security, so whose patient it is must be asked here.
create policy assign on mappings for insert to app_api with check (
  created_by = (select app.user_id()) and (
    (select app.role()) = 'admin'
    or ((select app.role()) = 'user' and patient_id = any (array(select app.own_patients())))));
create policy unassign on mappings for delete to app_api using (
  (select app.role()) = 'admin'
  or ((select app.role()) = 'user' and patient_id = any (array(select app.own_patients()))));

create trigger record after insert or delete on mappings for each row execute function app.record_change('mapping');
