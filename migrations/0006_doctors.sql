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
  bytes integer not null default 0,
  check ((user_id is null) = (approved is null)) -- only an account can be approved
);
create index doctors_pending on doctors (created_at, id) where not approved;
create index doctors_created_by on doctors (created_by);

alter table doctors enable row level security;
grant select, insert, delete on doctors to app_api;
grant update (name, specialization, contact_info, license_number, approved, updated_at) on doctors to app_api;

-- Everybody who is signed in may find a doctor.
create policy read_doctor on doctors for select to app_api using ((select app.role()) is not null);
create policy create_doctor on doctors for insert to app_api with check (
  created_by = (select app.user_id()) and user_id is null and (select app.role()) in ('user', 'admin'));
-- Whoever made the record keeps it, until the doctor has an account: from then on patients trust this name.
create policy change_doctor on doctors for update to app_api using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id()) and user_id is null
    when 'doctor' then user_id = (select app.user_id())
    when 'pending_doctor' then user_id = (select app.user_id())
    else (select app.role()) = 'admin'
  end);
create policy delete_doctor on doctors for delete to app_api using (
  case (select app.role())
    when 'user' then created_by = (select app.user_id()) and user_id is null
    else (select app.role()) = 'admin'
  end);

grant insert on doctors to app_auth;
create policy register_doctor on doctors for insert to app_auth
  with check ((select app.user_id()) is null and user_id is not null and created_by is null);

-- Approval opens every patient's record, to the person whom an admin has looked up by name, specialization and license
-- number. So the doctor who may edit this row must not grant it, and loses it by becoming somebody else. Which role the
-- doctor had when the transaction began does not matter here: an approval may have come in between, and `old` has it.
create function app.guard_approval() returns trigger language plpgsql as $$
begin
  if coalesce(app.role(), 'anonymous') in ('admin', 'cli') then
    if new.approved is distinct from old.approved and new.approved is not null and new.user_id is null then
      perform app.refuse('no_linked_account');
    end if;
  elsif new.user_id is not distinct from old.user_id then
    if new.approved is distinct from old.approved then
      perform app.refuse('wrong_role');
    end if;
    -- the Worker says how doctors are approved, in the transaction that changes a profile
    if old.approved and current_setting('app.doctor_approval', true) is distinct from 'automatic'
       and (new.name, new.specialization, new.license_number)
         is distinct from (old.name, old.specialization, old.license_number) then
      new.approved := false;
      insert into audit (action, resource, resource_id) values ('approval_withdrawn', 'doctor', old.id);
    end if;
  end if;
  return new;
end $$;

-- A doctor whose account is erased becomes one without an account, who cannot be approved; and a patient one whom the
-- clinic may invite again. Also when the record is deleted and restored later.
create function app.unlink_erased() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  update doctors set user_id = null, approved = null where user_id = new.id;
  update patients set user_id = null where user_id = new.id;
  return null;
end $$;
create trigger unlink after update of erased_at on users for each row
  when (old.erased_at is null and new.erased_at is not null) execute function app.unlink_erased();
create function app.keep_unlinked() returns trigger language plpgsql as $$
begin
  if exists (select from users where id = new.user_id and erased_at is not null) then
    new := jsonb_populate_record(new, '{"user_id": null, "approved": null}');
  end if;
  return new;
end $$;
create trigger keep_unlinked before insert on doctors for each row when (new.user_id is not null)
  execute function app.keep_unlinked();
create trigger keep_unlinked before insert on patients for each row when (new.user_id is not null)
  execute function app.keep_unlinked();

create trigger guard before update of name, specialization, license_number, approved, user_id on doctors
  for each row execute function app.guard_approval();
create trigger touch before update or delete on doctors for each row execute function app.touch();
create trigger weigh before insert or update on doctors for each row execute function app.weigh();
create trigger record after insert or update or delete on doctors
  for each row execute function app.record_change('doctor');
