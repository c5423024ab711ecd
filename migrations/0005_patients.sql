create table patients (
  id bigint generated always as identity primary key,
  user_id bigint unique references users,
  created_by bigint references users default app.user_id(),
  name text not null,
  age integer check (age between 0 and 150),
  date_of_birth date,
  gender text check (gender in ('male', 'female', 'other', 'unknown')),
  phone text,
  email text,
  address text,
  medical_history text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  bytes integer not null default 0
);
create index patients_created_by on patients (created_by, id);

alter table patients enable row level security;
grant select, insert, delete on patients to app_api;
grant update (name, age, date_of_birth, gender, phone, email, address, medical_history, updated_at) on patients
  to app_api;

-- Who may see a patient: the user who made the record, the patient, every approved doctor, every admin.
create policy read_patient on patients for select to app_api using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id())
    when 'patient' then user_id = (select app.user_id())
    else (select app.role()) in ('doctor', 'admin')
  end);
create policy create_patient on patients for insert to app_api with check (
  created_by = (select app.user_id()) and user_id is null and (select app.role()) in ('user', 'admin'));
create policy change_patient on patients for update to app_api using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id())
    when 'patient' then user_id = (select app.user_id())
    else (select app.role()) = 'admin'
  end);
-- A self-registered record is its owner's to correct, not to destroy.
create policy delete_patient on patients for delete to app_api using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id())
    else (select app.role()) = 'admin'
  end);

-- Registration makes the linked record, and that is all it may do here.
grant insert on patients to app_auth;
create policy register_patient on patients for insert to app_auth
  with check ((select app.user_id()) is null and user_id is not null and created_by is null);

-- An age beside a date of birth would go stale: the date wins.
create function app.keep_one_age() returns trigger language plpgsql as $$
begin
  if new.date_of_birth is not null then
    new.age := null;
  end if;
  return new;
end $$;

create function app.age(date_of_birth date, age integer) returns integer stable parallel safe language sql
  return coalesce(extract(year from age((now() at time zone 'utc')::date, date_of_birth))::integer, age);
grant execute on function app.age(date, integer) to app_api;

create trigger keep_one_age before insert or update on patients for each row execute function app.keep_one_age();
create trigger touch before update or delete on patients for each row execute function app.touch();
create trigger weigh before insert or update on patients for each row execute function app.weigh();
create trigger record after insert or update or delete on patients
  for each row execute function app.record_change('patient');
