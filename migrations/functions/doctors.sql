-- Approval opens every patient's record, to the person whom an admin has looked up by name, specialization and license
-- number. So the doctor who may edit this row must not grant it, and loses it by becoming somebody else. Which role the
-- doctor had when the transaction began does not matter here: an approval may have come in between, and `old` has it.
create or replace function app.guard_approval() returns trigger language plpgsql as $$
begin
  if coalesce(app.role(), 'anonymous') in ('admin', 'cli') then
    if new.approved is distinct from old.approved and new.approved is not null and new.user_id is null then
      perform app.refuse('no_linked_account');
    end if;
    -- The doctor may have become somebody else since the administrator looked. app.touch() compares what was seen.
    if new.approved and old.approved is not true and app.role() = 'admin' and new.user_id is not distinct from old.user_id
       and coalesce(current_setting('app.if_match', true), '') = '' then
      perform app.refuse('precondition_required');
    end if;
  elsif new.user_id is not distinct from old.user_id then
    if new.approved is distinct from old.approved then
      perform app.refuse('wrong_role');
    end if;
    -- The Worker says how doctors are approved, in the transaction that changes a profile. Whoever holds the unlocked phone
    -- of a doctor must not be able to have the approval withdrawn.
    if old.approved and current_setting('app.doctor_approval', true) is distinct from 'automatic'
       and (new.name, new.specialization, new.license_number)
         is distinct from (old.name, old.specialization, old.license_number) then
      perform app.needs_step_up();
      new.approved := false;
      insert into audit (action, resource, resource_id) values ('approval_withdrawn', 'doctor', old.id);
    end if;
  end if;
  return new;
end $$;

-- An approved doctor is told when the own record changes in what others know the doctor by.
create or replace function app.tell_doctor() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if app.user_id() = new.user_id then
    perform app.post('profile_changed', new.user_id);
  end if;
  return null;
end $$;
create or replace trigger t60_tell_doctor after update of name, specialization, license_number on doctors for each row
  when (old.approved and (new.name, new.specialization, new.license_number)
    is distinct from (old.name, old.specialization, old.license_number))
  execute function app.tell_doctor();

-- Whoever made a doctor's record keeps it, but not what others rely on. While an invitation is open an administrator has
-- decided whom it is for, and the account that accepts is approved by what the record says; and whoever has assigned a
-- patient did so to the doctor who stood there. An invitation locks the row first, so that of two at once one waits.
create or replace function app.guard_relied_on() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if app.role() = 'user' then
    if exists (select from invitations i where i.doctor_id = old.id and app.is_open(i)) then
      perform app.refuse('invitation_open');
    elsif exists (
      select from mappings m join patients p on p.id = m.patient_id
      where m.doctor_id = old.id and p.created_by is distinct from app.user_id()
        and coalesce(m.expires_at, 'infinity') > now()) then
      perform app.refuse('others_assigned');
    end if;
  end if;
  return coalesce(new, old);
end $$;
create or replace trigger t20_guard_relied_on
  before delete or update of name, specialization, contact_info, license_number on doctors
  for each row execute function app.guard_relied_on();

-- Who makes a doctor, if the account may make one more: everybody sees them.
create or replace function app.doctor_maker(most integer) returns bigint security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if app.role() = 'user' then
    -- the lock counts those that are made at once
    perform from users where id = app.user_id() for no key update;
    if most <= (select count(*) from doctors where created_by = app.user_id()) then
      perform app.refuse('limit_reached');
    end if;
  end if;
  return app.user_id();
end $$;
grant execute on function app.doctor_maker(integer) to app_api;

-- A doctor whose account is erased becomes one without an account, who cannot be approved; and a patient one whom the
-- clinic may invite again. Also when the record is deleted and restored later.
create or replace function app.unlink_erased() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  update doctors set user_id = null, approved = null where user_id = new.id;
  update patients set user_id = null where user_id = new.id;
  delete from app.former_patients where user_id = new.id;
  return null;
end $$;
create or replace trigger t60_unlink after update of erased_at on users for each row
  when (old.erased_at is null and new.erased_at is not null) execute function app.unlink_erased();

create or replace function app.keep_unlinked() returns trigger language plpgsql as $$
begin
  if exists (select from users where id = new.user_id and erased_at is not null) then
    new := jsonb_populate_record(new, '{"user_id": null, "approved": null}');
  end if;
  return new;
end $$;
create or replace trigger t20_keep_unlinked before insert on doctors for each row when (new.user_id is not null)
  execute function app.keep_unlinked();
create or replace trigger t20_keep_unlinked before insert on patients for each row when (new.user_id is not null)
  execute function app.keep_unlinked();
create or replace trigger t10_guard before update of name, specialization, license_number, approved, user_id on doctors
  for each row execute function app.guard_approval();
create or replace trigger t80_touch before update or delete on doctors for each row execute function app.touch();
create or replace trigger t90_weigh before insert or update on doctors for each row execute function app.weigh();
create or replace trigger t50_record after insert or update or delete on doctors
  for each row execute function app.record_change('doctor');
