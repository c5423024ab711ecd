-- The first statement of every signed-in request. It finds the session alive and the account enabled, reads the live
-- role, and sets who is asking; a refusal aborts the whole batch. So logout, demotion and disabling count at once.
-- It writes only when the first access token of a new rotation comes, to note that the client has its new tokens.
-- Writing at each request ("last used") would make the requests of one session wait for each other: 158 a second, not
-- 3,051.
create or replace function app.begin_request(
  session bigint, actor bigint, rotation integer, request text, address text, allowed text[], if_match text,
  verified boolean, doctor_access text, factor_for text[] default null
) returns void security definer set search_path = public, pg_temp language plpgsql as $$
declare
  live text;
  doctor bigint;
  arrives boolean;
  is_verified boolean;
  v_mfa boolean;
begin
  select case when u.role = 'doctor' and d.approved is not true then 'pending_doctor' else u.role end,
    case when d.approved then d.id end,
    s.rotation = begin_request.rotation and s.arrived_at is null, u.email_verified_at is not null, s.mfa
  into live, doctor, arrives, is_verified, v_mfa
  from sessions s
  join users u on u.id = s.user_id
  left join doctors d on d.user_id = u.id and u.role = 'doctor'
  where s.id = session and s.user_id = actor and least(s.idle_until, s.expires_at) > now()
    and u.disabled_at is null;

  if live is null then
    perform app.refuse('session_ended');
  elsif verified and not is_verified then
    perform app.refuse('email_unverified');
  elsif not v_mfa and replace(live, 'pending_', '') = any (factor_for) then
    perform app.refuse('mfa_required');
  elsif live = 'pending_doctor' and live <> all (allowed) and 'doctor' = any (allowed) then
    perform app.refuse('doctor_not_approved');
  elsif live <> all (allowed) then
    perform app.refuse('wrong_role');
  end if;
  if arrives then
    -- Of many first requests at once one notes it. The others do not wait for that one, nor for a refresh.
    update sessions s set arrived_at = now()
    where s.id = (
      select one.id from sessions one
      where one.id = session and one.rotation = begin_request.rotation and one.arrived_at is null
      for update skip locked);
  end if;
  perform set_config('app.user_id', actor::text, true), set_config('app.role', live, true),
    set_config('app.doctor_id', coalesce(doctor::text, ''), true), set_config('app.request_id', request, true),
    set_config('app.address', coalesce(address, ''), true), set_config('app.if_match', if_match, true),
    set_config('app.session_id', session::text, true), set_config('app.doctor_access', coalesce(doctor_access, ''), true);
end $$;

-- For the previous Worker, under which every approved doctor sees all patients.
create or replace function app.begin(
  session bigint, actor bigint, rotation integer, request text, address text, allowed text[], if_match text,
  verified boolean default false
) returns void language sql
  return app.begin_request(session, actor, rotation, request, address, allowed, if_match, verified, 'all');

-- The same for somebody who is not signed in.
create or replace function app.begin_anonymous(request text, address text) returns void language plpgsql as $$
begin
  perform set_config('app.request_id', request, true), set_config('app.address', coalesce(address, ''), true);
end $$;
grant execute on function
  app.begin_request(bigint, bigint, integer, text, text, text[], text, boolean, text, text[]),
  app.begin(bigint, bigint, integer, text, text, text[], text, boolean), app.begin_anonymous(text, text) to app_login;

-- The actor has given the password again, whose stored hash is `proven`: for ten minutes this session may do what is hardest
-- to undo. A session keeps this while its tokens are replaced, and it ends with the session. An account that has a second factor
-- gives a code instead: app.step_up_with_code().
create or replace function app.step_up(proven text) returns void security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  -- the lock makes a change of the password that comes now, which ends all sessions, see this
  perform from credentials where user_id = app.user_id() and password_hash = proven for share;
  if not found then
    perform app.refuse('password_required');
  elsif app.has_factor(app.user_id()) then
    perform app.refuse('code_required');
  end if;
  update sessions set stepped_up_at = now() where id = app.session_id() and user_id = app.user_id();
  insert into audit (action, resource, resource_id) values ('step_up', 'session', app.session_id());
end $$;
grant execute on function app.step_up(text) to app_auth;

-- For functions and triggers that do what is hardest to undo. The command line has no session, and needs none.
create or replace function app.needs_step_up() returns void stable security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if app.role() is distinct from 'cli' and not exists (
    select from sessions s where s.id = app.session_id() and s.user_id = app.user_id()
      and s.stepped_up_at > now() - interval '10 minutes')
  then
    perform app.refuse('step_up_required');
  end if;
end $$;
grant execute on function app.needs_step_up() to app_api;

create or replace function app.not_signed_in(refused text, mailed boolean default false) returns app.signed_in
immutable language sql
  return jsonb_populate_record(null::app.signed_in, jsonb_build_object('refused', refused, 'mailed', mailed));

create or replace function app.signed_in_as(account bigint, session bigint, rotation integer, successor integer, mailed boolean)
returns app.signed_in stable language sql return (
  select row(null, session, rotation, successor, mailed, u.id, u.name, u.username, u.email, u.role, u.created_at,
    u.email_verified_at is not null, u.pending_email, null)::app.signed_in
  from users u where u.id = account);

-- A session for whoever has given the password, whose hash `proven` is; `with_code` says whether a code as well. For other
-- functions only. Every session ends for good after four idle lifetimes, however busy it is.
create or replace function app.insert_session(
  account bigint, proven text, refresh_hash text, agent text, network text, idle_seconds integer, with_code boolean
) returns app.signed_in language plpgsql as $$
declare
  opened bigint;
begin
  -- the password may have changed while its hash was computed; the lock makes a change that comes now see this session
  perform from credentials where user_id = account and password_hash = proven for share;
  if not found then
    return app.not_signed_in('invalid_credentials');
  end if;
  insert into sessions (user_id, refresh_hash, user_agent, network, idle_until, expires_at, mfa)
  select id, insert_session.refresh_hash, agent, insert_session.network, now() + make_interval(secs => idle_seconds),
    now() + make_interval(secs => 4 * idle_seconds), with_code
  from users where id = account and disabled_at is null
  returning sessions.id into opened;
  if opened is null then
    insert into audit (action, resource, resource_id) values ('login_failed', 'user', account);
    return app.not_signed_in('account_disabled');
  end if;
  insert into audit (action, resource, resource_id, actor_id) values ('login', 'session', opened, account);
  return app.signed_in_as(account, opened, 1, 1, app.note_use(account, agent, network, true));
end $$;

-- The same for the password alone. An account that has a second factor gets none: app.guard_session() refuses.
create or replace function app.open_session(
  account bigint, proven text, refresh_hash text, agent text, network text, idle_seconds integer
) returns app.signed_in security definer set search_path = public, pg_temp language plpgsql as $$
begin
  if coalesce(app.user_id(), account) <> account then
    perform app.refuse('wrong_account');
  end if;
  return app.insert_session(account, proven, refresh_hash, agent, network, idle_seconds, false);
end $$;

-- An account has as many sessions as the deployment allows; for one more, the one that was used least lately ends. A trigger,
-- because there are several ways to open one.
create or replace function app.cap_sessions() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  v_most integer := coalesce(nullif(current_setting('app.sessions_per_account', true), '')::integer, 100);
begin
  if (select count(*) from sessions where user_id = new.user_id) > v_most then
    -- those who sign in at once wait here for each other, and the last one counts all
    perform from users where id = new.user_id for no key update;
    with ended as (
      delete from sessions where id in (
        select id from sessions where user_id = new.user_id
        order by id = new.id desc, least(idle_until, expires_at) > now() desc, last_used_at desc, id desc offset v_most)
      returning id)
    insert into audit (action, resource, resource_id, actor_id)
    select 'session_ended', 'session', id, new.user_id from ended;
  end if;
  return null;
end $$;
create or replace trigger t70_cap_sessions after insert on sessions for each row execute function app.cap_sessions();

-- An account, with a username of its own. Only an invitation says when its address was proven.
create or replace function app.make_account(account jsonb) returns bigint language plpgsql as $$
declare
  chosen text := account ->> 'username';
  v_username text;
  made bigint;
begin
  for attempt in 0..20 loop
    v_username := coalesce(chosen, (account ->> 'derived_username')
      || case when attempt > 0 then (10 ^ attempt * random())::bigint::text else '' end);
    -- a username that we derived may be varied, one that was asked for may not
    continue when chosen is null and app.looks_taken(v_username);
    insert into users (name, username, email, role, email_verified_at)
    values (
      account ->> 'name', v_username, account ->> 'email', account ->> 'role',
      (account ->> 'email_verified_at')::timestamptz)
    on conflict (username_key) do nothing
    returning id into made;
    exit when made is not null or chosen is not null;
  end loop;
  if made is null then
    raise unique_violation using constraint = 'users_username';
  end if;
  return made;
end $$;

-- An account, its credential, its linked record and its first session, or nothing at all.
create or replace function app.register(
  account jsonb, profile jsonb, password_hash text, refresh_hash text, agent text, network text, idle_seconds integer,
  approved boolean
) returns app.signed_in language plpgsql as $$
declare
  made bigint := app.make_account(account);
begin
  insert into credentials (user_id, password_hash) values (made, register.password_hash);
  -- what a record says of its own making is not the profile's to say
  profile := profile - array['id', 'version', 'created_at', 'updated_at', 'changed_tx']
    || jsonb_build_object('user_id', made, 'created_by', null, 'approved', register.approved);
  if account ->> 'role' = 'patient' then
    perform app.insert_record('patients', profile);
  elsif account ->> 'role' = 'doctor' then
    perform app.insert_record('doctors', profile);
  end if;
  return app.open_session(made, register.password_hash, refresh_hash, agent, network, idle_seconds);
end $$;

-- One rotation for one token, however many present it at once. The caller has proven that the token is one of ours;
-- here the row lock decides which:
-- - The current one is replaced.
-- - Its parent gets the same successor again, because a phone that never saw the answer must not be signed out: until
--   the new tokens are known to have arrived, and for 30 seconds more, in which several clients of one device may race.
--   The trail has each of these replays, and says when it came from elsewhere than the rotation itself; then the owner
--   is told as well.
-- - A parent after that, or anything older, was copied: the session ends. Refusals are answers, not errors, so that the
--   ending commits.
create or replace function app.refresh(
  session bigint, presented text, successors text[], agent text, network text, idle_seconds integer
) returns app.signed_in language plpgsql as $$
declare
  s sessions;
  place integer;
  -- worked out only where a token is replayed: otherwise a phone that travels would be told of each of its refreshes
  elsewhere boolean := false;
  mailed boolean := false;
begin
  select * into s from sessions where id = session for update;
  if s.id is null or least(s.idle_until, s.expires_at) <= now()
     or not exists (select from users where id = s.user_id and disabled_at is null) then
    return app.not_signed_in('session_ended');
  end if;
  if presented = s.refresh_hash then
    place := 1;
    s.rotation := s.rotation + 1;
    update sessions set refresh_hash = successors[1], parent_hash = presented, rotation = s.rotation, arrived_at = null,
      network = refresh.network, last_used_at = now(), user_agent = coalesce(agent, user_agent),
      idle_until = now() + make_interval(secs => idle_seconds)
    where id = s.id;
  elsif presented = s.parent_hash and (s.arrived_at is null or s.arrived_at > now() - interval '30 seconds') then
    -- more than one candidate only while a signing key is being replaced
    place := array_position(successors, s.refresh_hash);
    elsewhere := s.network <> refresh.network;
    insert into audit (action, resource, resource_id, actor_id)
    select action, 'session', s.id, s.user_id
    from unnest(array['refresh_replayed', case when elsewhere then 'refresh_replayed_elsewhere' end]) action
    where action is not null and place is not null;
  end if;
  if elsewhere or (place is null and s.network <> refresh.network) then
    mailed := app.post('token_replayed', s.user_id);
  end if;
  if place is null then
    delete from sessions where id = s.id;
    insert into audit (action, resource, resource_id, actor_id) values ('refresh_reused', 'session', s.id, s.user_id);
    return app.not_signed_in('refresh_reused', mailed);
  end if;
  perform app.note_use(s.user_id, agent, network, false);
  return app.signed_in_as(s.user_id, s.id, s.rotation, place, mailed);
end $$;

-- The account goes, what it wrote stays: its credential and sessions are deleted, its name is taken off.
create or replace function app.erase_account() returns void language plpgsql as $$
begin
  perform app.needs_code();
  update users set name = 'Erased account', username = null, email = null, pending_email = null, disabled_at = now(), erased_at = now()
  where id = app.user_id();
  delete from credentials where user_id = app.user_id();
end $$;

-- The new password, the end of every session of the account and a fresh one for who asks, if the password that was
-- proven still is the one; otherwise nothing. The asker's own session ends as well: whoever copied its tokens is out
-- with it. The fresh session came with a code if the asker's did, so that of an account with a second factor none comes without.
create or replace function app.change_password(
  proven text, hash text, refresh_hash text, agent text, network text, idle_seconds integer
) returns app.signed_in security definer set search_path = public, pg_temp language plpgsql as $$
declare
  v_mfa boolean;
begin
  update credentials set password_hash = hash, updated_at = now()
  where user_id = app.user_id() and password_hash = proven;
  if not found then
    return app.not_signed_in('invalid_credentials');
  end if;
  -- after the lock on the credential: the session may have ended meanwhile, or its factor may have been taken away
  select mfa into v_mfa from sessions where id = app.session_id() and user_id = app.user_id() for update;
  if v_mfa is null then
    perform app.refuse('session_ended');
  end if;
  perform app.end_django_tokens(app.user_id());
  delete from sessions where user_id = app.user_id();
  insert into audit (action, resource, resource_id) values ('password_change', 'user', app.user_id());
  perform app.end_links(app.user_id()), app.post('password_changed', app.user_id());
  return app.insert_session(app.user_id(), hash, refresh_hash, agent, network, idle_seconds, v_mfa);
end $$;
grant execute on function
  app.not_signed_in(text, boolean),
  app.signed_in_as(bigint, bigint, integer, integer, boolean),
  app.make_account(jsonb),
  app.open_session(bigint, text, text, text, text, integer),
  app.change_password(text, text, text, text, text, integer),
  app.register(jsonb, jsonb, text, text, text, text, integer, boolean),
  app.refresh(bigint, text, text[], text, text, integer),
  app.erase_account()
to app_auth;
