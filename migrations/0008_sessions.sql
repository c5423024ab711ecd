-- The first statement of every signed-in request. It finds the session alive and the account enabled, reads the live
-- role, and sets who is asking; a refusal aborts the whole batch. So logout, demotion and disabling count at once. It
-- writes nothing: a "last used" here would make the requests of one session wait for each other.
create function app.begin(
  session bigint, actor bigint, rotation integer, request text, address text, allowed text[], if_match text
) returns void security definer set search_path = public, pg_temp language plpgsql as $$
declare
  live text;
  doctor bigint;
begin
  select case when u.role = 'doctor' and d.approved is not true then 'pending_doctor' else u.role end,
    case when d.approved then d.id end
  into live, doctor
  from sessions s
  join users u on u.id = s.user_id
  left join doctors d on d.user_id = u.id and u.role = 'doctor'
  where s.id = session and s.user_id = actor and least(s.idle_until, s.expires_at) > now()
    and u.disabled_at is null;

  if live is null then
    perform app.refuse('session_ended');
  elsif live = 'pending_doctor' and live <> all (allowed) and 'doctor' = any (allowed) then
    perform app.refuse('doctor_not_approved');
  elsif live <> all (allowed) then
    perform app.refuse('wrong_role');
  end if;
  perform set_config('app.user_id', actor::text, true), set_config('app.role', live, true),
    set_config('app.doctor_id', coalesce(doctor::text, ''), true), set_config('app.request_id', request, true),
    set_config('app.address', coalesce(address, ''), true), set_config('app.if_match', if_match, true);
end $$;

-- The same for somebody who is not signed in.
create function app.begin_anonymous(request text, address text) returns void language plpgsql as $$
begin
  perform set_config('app.request_id', request, true), set_config('app.address', coalesce(address, ''), true);
end $$;

grant execute on function
  app.begin(bigint, bigint, integer, text, text, text[], text), app.begin_anonymous(text, text) to app_login;

-- What registration, login and refresh answer with. A refusal is a row too, and `refused` says why.
create type app.signed_in as (
  refused text, session_id bigint, rotation integer, successor integer,
  id bigint, name text, username text, email text, role text, created_at timestamptz(3)
);

-- Every session ends for good after four idle lifetimes, however busy it is.
create function app.open_session(account bigint, proven text, refresh_hash text, agent text, idle_seconds integer)
returns app.signed_in language plpgsql as $$
declare
  opened bigint;
  answer app.signed_in;
begin
  -- the password may have changed while its hash was computed; the lock makes a change that comes now see this session
  perform from credentials where user_id = account and password_hash = proven for share;
  if not found then
    return row('invalid_credentials', null, null, null, null, null, null, null, null, null)::app.signed_in;
  end if;
  insert into sessions (user_id, refresh_hash, user_agent, idle_until, expires_at)
  select id, open_session.refresh_hash, agent, now() + make_interval(secs => idle_seconds),
    now() + make_interval(secs => 4 * idle_seconds)
  from users where id = account and disabled_at is null
  returning sessions.id into opened;
  if opened is null then
    insert into audit (action, resource, resource_id) values ('login_failed', 'user', account);
    return row('account_disabled', null, null, null, null, null, null, null, null, null)::app.signed_in;
  end if;
  insert into audit (action, resource, resource_id, actor_id) values ('login', 'session', opened, account);
  select null, opened, 1, 1, u.id, u.name, u.username, u.email, u.role, u.created_at into answer
  from users u where u.id = account;
  return answer;
end $$;

-- An account, its credential, its linked record and its first session, or nothing at all.
create function app.register(
  account jsonb, profile jsonb, password_hash text, refresh_hash text, agent text, idle_seconds integer, approved boolean
) returns app.signed_in language plpgsql as $$
declare
  chosen text := account ->> 'username';
  made bigint;
begin
  for attempt in 0..20 loop
    insert into users (name, username, email, role)
    values (
      account ->> 'name',
      coalesce(chosen, (account ->> 'derived_username') || case when attempt > 0 then (10 ^ attempt * random())::bigint::text else '' end),
      account ->> 'email',
      account ->> 'role')
    on conflict (username_key) do nothing
    returning id into made;
    -- a username that we derived may be varied, one that was asked for may not
    exit when made is not null or chosen is not null;
  end loop;
  if made is null then
    raise unique_violation using constraint = 'users_username';
  end if;
  insert into credentials (user_id, password_hash) values (made, register.password_hash);
  if account ->> 'role' = 'patient' then
    insert into patients (user_id, created_by, name, age, date_of_birth, gender, phone, email, address, medical_history)
    select made, null, p.name, p.age, p.date_of_birth, p.gender, p.phone, p.email, p.address, p.medical_history
    from jsonb_populate_record(null::patients, profile) p;
  elsif account ->> 'role' = 'doctor' then
    insert into doctors (user_id, created_by, name, specialization, contact_info, license_number, approved)
    select made, null, p.name, p.specialization, p.contact_info, p.license_number, register.approved
    from jsonb_populate_record(null::doctors, profile) p;
  end if;
  return app.open_session(made, register.password_hash, refresh_hash, agent, idle_seconds);
end $$;

-- One rotation for one token, however many present it at once. The caller has proven that the token is one of ours; here
-- the row lock decides which. The current one is replaced; the one before it gets its successor again, because a phone
-- that never saw the answer must not be signed out; anything older was copied, and ends the session. Refusals are
-- answers, not errors, so that the ending commits.
create function app.refresh(session bigint, presented text, successors text[], agent text, idle_seconds integer)
returns app.signed_in language plpgsql as $$
declare
  s sessions;
  place integer;
  answer app.signed_in;
begin
  select * into s from sessions where id = session for update;
  if s.id is null or least(s.idle_until, s.expires_at) <= now()
     or not exists (select from users where id = s.user_id and disabled_at is null) then
    return row('session_ended', null, null, null, null, null, null, null, null, null)::app.signed_in;
  end if;
  if presented = s.refresh_hash then
    place := 1;
    update sessions set refresh_hash = successors[1], parent_hash = presented, rotation = s.rotation + 1,
      last_used_at = now(),
      user_agent = coalesce(agent, user_agent), idle_until = now() + make_interval(secs => idle_seconds)
    where id = s.id
    returning sessions.rotation into s.rotation;
  elsif presented = s.parent_hash then
    -- more than one candidate only while a signing key is being replaced
    place := array_position(successors, s.refresh_hash);
  end if;
  if place is null then
    delete from sessions where id = s.id;
    insert into audit (action, resource, resource_id, actor_id) values ('refresh_reused', 'session', s.id, s.user_id);
    return row('refresh_reused', null, null, null, null, null, null, null, null, null)::app.signed_in;
  end if;
  select null, s.id, s.rotation, place, u.id, u.name, u.username, u.email, u.role, u.created_at into answer
  from users u where u.id = s.user_id;
  return answer;
end $$;

-- The account goes, what it wrote stays: its credential and sessions are deleted, its name is taken off.
create function app.erase_account() returns void language plpgsql as $$
begin
  update users set name = 'Erased account', username = null, email = null, disabled_at = now(), erased_at = now()
  where id = app.user_id();
  delete from credentials where user_id = app.user_id();
end $$;

-- The new password, and all other sessions' end, if the one that was proven still is the one; otherwise nothing.
create function app.change_password(proven text, hash text, session bigint) returns boolean language plpgsql as $$
begin
  update credentials set password_hash = hash, updated_at = now()
  where user_id = app.user_id() and password_hash = proven;
  if not found then
    return false;
  end if;
  delete from sessions where user_id = app.user_id() and id <> session;
  insert into audit (action, resource, resource_id) values ('password_change', 'user', app.user_id());
  return true;
end $$;

grant execute on function
  app.open_session(bigint, text, text, text, integer),
  app.change_password(text, text, bigint),
  app.register(jsonb, jsonb, text, text, text, integer, boolean),
  app.refresh(bigint, text, text[], text, integer),
  app.erase_account()
to app_auth;
