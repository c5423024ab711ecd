create table doctors (
  id bigint generated always as identity primary key,
  user_id bigint unique references users,
  created_by bigint references users default app.user_id(),
  name text not null,
  specialization text not null,
  contact_info text,
  license_number text,
  approved boolean,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  check ((user_id is null) = (approved is null)) -- only an account can be approved
);
create index doctors_created_by on doctors (created_by);

alter table doctors enable row level security;
grant select, insert, delete on doctors to app_api;
grant update (name, specialization, contact_info, license_number, approved, updated_at) on doctors to app_api;

-- Everybody who is signed in may find a doctor.
create policy read_doctor on doctors for select to app_api using ((select app.role()) is not null);
create policy create_doctor on doctors for insert to app_api with check (
  created_by = (select app.user_id()) and user_id is null and (select app.role()) in ('user', 'admin'));
create policy change_doctor on doctors for update to app_api using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id())
    when 'doctor' then user_id = (select app.user_id())
    when 'pending_doctor' then user_id = (select app.user_id())
    else (select app.role()) = 'admin'
  end);
create policy delete_doctor on doctors for delete to app_api using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id())
    else (select app.role()) = 'admin'
  end);

grant insert on doctors to app_auth;
create policy register_doctor on doctors for insert to app_auth
  with check ((select app.user_id()) is null and user_id is not null and created_by is null);

-- Approval opens every patient's record: the doctor who may edit the rest of this row must not grant it.
create function app.guard_approval() returns trigger language plpgsql as $$
begin
  if new.approved is distinct from old.approved then
    if coalesce(app.role(), 'anonymous') not in ('admin', 'cli') then
      perform app.refuse('wrong_role');
    elsif old.user_id is null then
      perform app.refuse('no_linked_account');
    end if;
  end if;
  return new;
end $$;

create trigger guard before update of approved on doctors for each row execute function app.guard_approval();
create trigger touch before update or delete on doctors for each row execute function app.touch();
create trigger record after insert or update or delete on doctors for each row execute function app.record_change('doctor');
