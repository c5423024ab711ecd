-- True when simplejwt kept a list of what it gave out: then a token that is not on it was made by somebody else. The
-- tables of app are the owner's, so this answers for them.
create or replace function app.imports_have_tokens() returns boolean stable security definer set search_path = public, pg_temp
language sql as $$
  select exists (select from app.imports where has_tokens)
$$;
grant execute on function app.imports_have_tokens() to app_auth;

-- Whatever ends every session of an account also ends the tokens that Django gave it and that have opened none yet: a
-- phone that comes on Tuesday must not sign in with one after the password was changed on Monday. The account is as if
-- it had always been here from then on, as far as tokens go. This comes before the sessions are deleted: it waits for a token
-- that is opening one, by the lock on the account.
create or replace function app.end_django_tokens(account bigint) returns void security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  perform from users where id = account for no key update;
  delete from app.django_accounts where user_id = account;
end $$;

-- The session of a refresh token that simplejwt signed: the one that it has opened, or a new one, which lives no longer
-- than the token. Null when it may have none: for accounts that came from Django, are no administrators', and have had
-- the same password since; where the dump had the list of what simplejwt gave out, for those tokens only. The token is
-- the session's first refresh token: what app.refresh() and app.refresh_access() say of one holds for it.
create or replace function app.session_of_django(
  token_jti text, account bigint, expires timestamptz, token_hash text, agent text, network text
) returns bigint security definer set search_path = public, pg_temp language plpgsql as $$
declare
  t django_tokens;
begin
  -- the lock makes whatever ends all sessions of the account see the one that is opened here, or this see the end
  perform from users where id = account for no key update;
  if not exists (
    select from users u where u.id = account and u.disabled_at is null and u.role <> 'admin' and (
      exists (select from app.django_accounts a where a.user_id = u.id)
      or exists (select from django_tokens d where d.jti = token_jti and d.session_id is not null)))
  then
    return null;
  end if;
  if not app.imports_have_tokens() then
    insert into django_tokens (jti, user_id, expires_at) values (token_jti, account, expires) on conflict do nothing;
  end if;
  -- the lock makes one session of many requests at once
  select * into t from django_tokens where jti = token_jti and user_id = account for update;
  if t.jti is null or t.blacklisted or (t.session_id is null and t.opened_at is not null) then
    return null;
  elsif t.session_id is null then
    -- Django never asked for a code
    if app.has_factor(account) then
      return null;
    end if;
    insert into sessions (user_id, refresh_hash, user_agent, network, idle_until, expires_at)
    values (account, token_hash, agent, session_of_django.network, expires, expires)
    returning id into t.session_id;
    update django_tokens set opened_at = now(), session_id = t.session_id where jti = token_jti;
    insert into audit (action, resource, resource_id, actor_id) values ('login', 'session', t.session_id, account);
    perform app.note_use(account, agent, network, true);
  end if;
  return t.session_id;
end $$;

-- A pair for such a token, as app.refresh() gives one for ours. From then on the session is like any other.
create or replace function app.refresh_django(
  token_jti text, account bigint, expires timestamptz, token_hash text, successors text[], agent text, network text,
  idle_seconds integer
) returns app.signed_in language plpgsql as $$
declare
  answer app.signed_in;
begin
  answer := app.refresh(app.session_of_django(token_jti, account, expires, token_hash, agent, network),
    token_hash, successors, agent, network, idle_seconds);
  if answer.refused is null then
    update sessions set expires_at = created_at + make_interval(secs => 4 * idle_seconds)
    where id = answer.session_id and rotation = 2;
  end if;
  return answer;
end $$;

-- What simplejwt calls a refresh: a new access token, and the refresh token stays. Only for the first token of a session
-- that was never rotated. Of one that was, every token but the current one was copied or kept by mistake, and nobody can
-- tell which: the session ends.
create or replace function app.refresh_access(session bigint, presented text, agent text, network text, idle_seconds integer)
returns app.signed_in language plpgsql as $$
declare
  s sessions;
begin
  select * into s from sessions where id = session for update;
  if s.id is null or least(s.idle_until, s.expires_at) <= now()
     or not exists (select from users where id = s.user_id and disabled_at is null) then
    return app.not_signed_in('token_not_valid');
  elsif presented <> s.refresh_hash then
    delete from sessions where id = s.id;
    insert into audit (action, resource, resource_id, actor_id) values ('refresh_reused', 'session', s.id, s.user_id);
    return app.not_signed_in('token_not_valid',
      s.network <> refresh_access.network and app.post('token_replayed', s.user_id));
  elsif s.rotation > 1 then
    return app.not_signed_in('token_not_valid');
  end if;
  -- one of Django's goes on until its own time is over, however seldom it is used
  update sessions set last_used_at = now(), user_agent = coalesce(agent, user_agent),
    idle_until = least(greatest(idle_until, now() + make_interval(secs => idle_seconds)), expires_at)
  where id = s.id;
  perform app.note_use(s.user_id, agent, network, false);
  return app.signed_in_as(s.user_id, s.id, s.rotation, 1, false);
end $$;

create or replace function app.refresh_access_django(
  token_jti text, account bigint, expires timestamptz, token_hash text, agent text, network text, idle_seconds integer
) returns app.signed_in language sql as $$
  select app.refresh_access(app.session_of_django(token_jti, account, expires, token_hash, agent, network),
    token_hash, agent, network, idle_seconds)
$$;

-- Whether a token still counts: that of a session, by its hash where it is a refresh token; or one of Django's.
create or replace function app.token_counts(session bigint, account bigint, presented text) returns boolean stable language sql
  return exists (
    select from sessions s join users u on u.id = s.user_id
    where s.id = session and s.user_id = coalesce(account, s.user_id) and (presented is null or s.refresh_hash = presented)
      and least(s.idle_until, s.expires_at) > now() and u.disabled_at is null);

-- Asking must open no session, so this says of one that has opened none what session_of_django() would.
create or replace function app.django_token_counts(token_jti text, account bigint) returns boolean stable
security definer set search_path = public, pg_temp language sql as $$
  select exists (
    select from users u left join app.django_accounts a on a.user_id = u.id
    left join django_tokens t on t.jti = token_jti left join sessions s on s.id = t.session_id
    where u.id = account and u.disabled_at is null and u.role <> 'admin'
      and coalesce(t.user_id = account and not t.blacklisted, not app.imports_have_tokens())
      and case when t.opened_at is null then a.user_id is not null and not app.has_factor(u.id) else s.rotation = 1 and s.expires_at > now() end)
$$;

-- What simplejwt calls the blacklist: the session ends, whose token this is or was. False when there is none.
create or replace function app.blacklist(session bigint) returns boolean language plpgsql as $$
declare
  account bigint;
begin
  delete from sessions where id = session and least(idle_until, expires_at) > now() returning user_id into account;
  if account is not null then
    insert into audit (action, resource, resource_id, actor_id) values ('logout', 'session', session, account);
  end if;
  return account is not null;
end $$;

create or replace function app.blacklist_django(token_jti text, account bigint, expires timestamptz) returns boolean
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  opened bigint;
begin
  if not app.django_token_counts(token_jti, account) then
    return false;
  end if;
  insert into django_tokens (jti, user_id, expires_at, blacklisted) values (token_jti, account, expires, true)
  on conflict (jti) do update set blacklisted = true returning session_id into opened;
  perform app.blacklist(opened);
  return true;
end $$;

-- What a password that belongs to nobody is compared with: the kind of hash that some other account has, always the same
-- one for the same words. So unknown accounts take as long as most accounts do, while hashes of Django are still there
-- as well as afterwards. Nothing of the hash itself.
create or replace function app.decoy(typed text) returns text stable language sql
  return (
    select substring(c.password_hash from '^pbkdf2_sha(?:1|256)\$\d+')
    from credentials c
    where c.user_id >= 1 + abs(hashtextextended(typed, 0) % greatest((select max(user_id) from credentials), 1))
    order by c.user_id limit 1);
grant execute on function
  app.end_django_tokens(bigint), app.session_of_django(text, bigint, timestamptz, text, text, text),
  app.refresh_django(text, bigint, timestamptz, text, text[], text, text, integer),
  app.refresh_access(bigint, text, text, text, integer),
  app.refresh_access_django(text, bigint, timestamptz, text, text, text, integer),
  app.token_counts(bigint, bigint, text), app.django_token_counts(text, bigint),
  app.blacklist(bigint), app.blacklist_django(text, bigint, timestamptz), app.decoy(text)
to app_auth;
