-- A patient's record and its account part: the account leaves it, or the record is deleted. Whoever made the record keeps it,
-- without the account.
create or replace function app.keep_former() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.user_id is not null then
    insert into app.former_patients (user_id, patient_id) values (old.user_id, old.id)
    on conflict (user_id, patient_id) do update set until = excluded.until, tx = excluded.tx;
  end if;
  -- it came back: by an invitation, or because the deletion was undone
  if tg_op <> 'DELETE' and new.user_id is not null then
    delete from app.former_patients where user_id = new.user_id and patient_id = new.id;
  end if;
  return null;
end $$;
create or replace trigger t60_keep_former after insert on patients for each row when (new.user_id is not null)
  execute function app.keep_former();
create or replace trigger t60_keep_former_left after update of user_id on patients for each row
  when (new.user_id is distinct from old.user_id) execute function app.keep_former();
create or replace trigger t60_keep_former_deleted after delete on patients for each row when (old.user_id is not null)
  execute function app.keep_former();

-- A record with an account is the patient's as well: with it would go who looked at it, and what the patient wrote. The patient
-- leaves it first, or an administrator deletes it.
create or replace function app.guard_deletion() returns trigger language plpgsql as $$
begin
  if old.user_id is not null and app.role() = 'user' then
    perform app.refuse('has_account');
  end if;
  return old;
end $$;
create or replace trigger t10_guard_deletion before delete on patients for each row execute function app.guard_deletion();

-- Takes the account from its record, which has to be one that somebody else made: one that the patient registered would be
-- nobody's.
create or replace function app.take_leave(p patients) returns void language plpgsql set search_path = public, pg_temp as $$
begin
  if p.created_by is null then
    perform app.refuse('own_record');
  end if;
  perform set_config('app.action', 'leave', true);
  update patients set user_id = null where id = p.id;
  perform set_config('app.action', '', true);
end $$;

-- The patient who asks leaves the record. The account stays, of role patient, and may accept another invitation.
create or replace function app.leave_record() returns void security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  v_mine patients;
begin
  perform app.only_for('patient');
  select * into v_mine from patients where user_id = app.user_id() for update;
  if v_mine.id is null then
    perform app.refuse('no_record');
  end if;
  perform app.take_leave(v_mine);
end $$;
grant execute on function app.leave_record() to app_api;

-- Whether an account can take what an invitation is for. Only one that is nobody yet: the role of an account with records
-- would take them out of its reach, and one that is a patient or a doctor already would be two. But whoever had a patient
-- link a record first must not keep the patient from the next one: an account without its record is nobody again, and one
-- that says so leaves its record for this one.
create or replace function app.make_room(me users, i invitations) returns void language plpgsql
set search_path = public, pg_temp as $$
declare
  v_mine patients;
begin
  select * into v_mine from patients where user_id = me.id for update;
  if me.role not in ('user', 'patient')
     or exists (select from patients p where p.created_by = me.id)
     or exists (select from doctors d where d.created_by = me.id or d.user_id = me.id)
     or (v_mine.id is not null and (me.role <> 'patient' or i.role <> 'patient' or v_mine.created_by is null)) then
    perform app.refuse('already_linked');
  elsif v_mine.id is null then
    return;
  elsif current_setting('app.leave_record', true) is distinct from 'true' then
    perform app.refuse('leaves_record');
  end if;
  -- a tag is about the account, and not about the record
  perform set_config('app.if_match', '', true);
  perform app.take_leave(v_mine);
end $$;

-- Who registered a patient, by what the account calls itself and by the name that it signs in with, which no other has:
-- for doctors, who have to judge whose record it is, and for the patient. Nobody else is told.
create or replace function app.registered_by(account bigint) returns jsonb stable security definer
set search_path = public, pg_temp language sql as $$
  select jsonb_build_object('id', u.id, 'name', u.name, 'username', u.username) from users u
  where u.id = account and app.role() in ('doctor', 'patient')
$$;
grant execute on function app.registered_by(bigint) to app_api;
