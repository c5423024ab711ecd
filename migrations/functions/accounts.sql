-- What column grants cannot say: role and disabled are an admin's to set, or what an invitation gives; a new email counts
-- when its link was used, which nobody is signed in for; one admin always remains, and a role that stands for a record
-- needs that record. An administrator with somebody else's unlocked phone in hand must not be able to take over accounts:
-- another's email and a new administrator need the password as well, and what one signs in with oneself is changed with the
-- password at /api/auth/me/ only. Definer's rights, because the asker may not see the rows this looks at.
create or replace function app.guard_account() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if old.erased_at is not null then
    perform app.refuse('not_found');
  end if;
  if new.erased_at is not null then
    new.login_name := null; -- a name as well
  end if;
  if coalesce(app.role(), 'anonymous') not in ('admin', 'cli')
     and ((new.role <> old.role and not app.is_invited(new.id, new.role))
       or (new.disabled_at is distinct from old.disabled_at and new.erased_at is null)
       or (new.email is distinct from old.email and new.erased_at is null and app.role() is not null)) then
    perform app.refuse('wrong_role');
  end if;
  if app.role() = 'admin' and new.erased_at is null then
    -- nobody but the proof of a new email changes when an email was proven
    if new.email is distinct from old.email and new.email_verified_at is not distinct from old.email_verified_at then
      if new.id = app.user_id() then
        perform app.refuse('own_account');
      end if;
      perform app.needs_step_up();
    end if;
    if new.username is distinct from old.username and new.id = app.user_id() and current_setting('role') = 'app_api' then
      perform app.refuse('own_account');
    end if;
    if new.role = 'admin' and (old.role <> 'admin' or (old.disabled_at is not null and new.disabled_at is null)) then
      perform app.needs_step_up();
    end if;
  end if;
  if old.role = 'admin' and old.disabled_at is null and (new.role <> 'admin' or new.disabled_at is not null) then
    -- two admins who demote each other at once must not both succeed
    perform pg_advisory_xact_lock(hashtext('wardbook: the last admin'));
    if not exists (select from users where role = 'admin' and disabled_at is null and id <> old.id) then
      perform app.refuse('last_admin');
    end if;
  end if;
  if new.role <> old.role and (
    (new.role = 'doctor' and not exists (select from doctors where user_id = new.id)) or
    (new.role = 'patient' and not exists (select from patients where user_id = new.id))) then
    perform app.refuse('no_linked_record');
  end if;
  -- Also when it is enabled again: a login that was under way when the account was disabled may have left a session that
  -- nobody saw, and would come alive.
  if (new.disabled_at is null) <> (old.disabled_at is null) then
    delete from sessions where user_id = new.id;
    perform app.end_django_tokens(new.id);
  end if;
  return new;
end $$;
create or replace trigger t10_guard before update of role, disabled_at, email, username on users
  for each row execute function app.guard_account();

-- Whoever becomes an administrator, and however: the others are told. Not of those who came from Django together.
create or replace function app.tell_administrators() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  perform app.post('new_admin', u.id) from (
    select id from users where role = 'admin' and disabled_at is null and id <> new.id order by id) u;
  return null;
end $$;
create or replace trigger t90_tell_of_new after insert on users for each row
  when (new.role = 'admin' and new.imported_at is null) execute function app.tell_administrators();
create or replace trigger t90_tell_of_changed after update of role, disabled_at on users for each row
  when (new.role = 'admin' and new.disabled_at is null and (old.role <> 'admin' or old.disabled_at is not null))
  execute function app.tell_administrators();

-- Whether a username could pass for that of another account. Of two that come at once the second waits for the first.
create or replace function app.looks_taken(username text, account bigint default null) returns boolean
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  -- The command line makes thousands at once, and is nobody who comes at the same time.
  if app.role() is distinct from 'cli' then
    perform pg_advisory_xact_lock(hashtextextended('wardbook: username ' || app.skeleton(username), 0));
  end if;
  return exists (
    select from users u where app.skeleton(u.username) = app.skeleton(looks_taken.username) and u.id is distinct from account);
end $$;
grant execute on function app.looks_taken(text, bigint) to app_auth;

-- The words that sign an account in are nobody else's to take: a login looks for them in all three columns, and must find
-- one account at most. With the owner's rights, because whoever registers sees no other account.
create or replace function app.guard_login_names() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if exists (select from users where login_name = new.email and id <> new.id) then
    raise unique_violation using constraint = 'users_email';
  end if;
  if exists (select from users where login_name = lower(normalize(new.username, NFKC)) and id <> new.id) then
    raise unique_violation using constraint = 'users_username';
  end if;
  -- Who came from Django is called as there, and whoever looks like another one already may change in all else.
  if (tg_op = 'INSERT' and new.imported_at is null or tg_op = 'UPDATE' and app.skeleton(new.username) <> app.skeleton(old.username))
     and app.looks_taken(new.username, new.id) then
    raise unique_violation using constraint = 'users_username';
  end if;
  return new;
end $$;
create or replace trigger t30_guard_login_names before insert or update of username, email on users
  for each row execute function app.guard_login_names();
create or replace trigger t80_touch before update or delete on users for each row execute function app.touch();
create or replace trigger t50_record after insert or update or delete on users for each row execute function app.record_change('user');
