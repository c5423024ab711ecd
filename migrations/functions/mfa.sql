-- Whether an account has a second factor that counts.
create or replace function app.has_factor(account bigint) returns boolean stable security definer set search_path = public, pg_temp
language sql as $$
  select exists (select from app.factors where user_id = account and confirmed_at is not null)
$$;

-- No session without a code for an account that has a second factor, whatever function opens it: there are several ways to one,
-- and there may be more. What refuses here rolls back the whole request, and with it what was forgiven for a right password.
create or replace function app.guard_session() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if not new.mfa and app.has_factor(new.user_id) then
    perform app.refuse('otp_required');
  end if;
  return new;
end $$;
create or replace trigger t10_second_factor before insert on sessions for each row execute function app.guard_session();

-- The encrypted secret of an account's factor: of one that counts, or of one that waits to be confirmed, for an hour. For the
-- account itself, and before sign-in for whichever is asked about.
create or replace function app.factor_of(account bigint, pending boolean default false) returns text stable
security definer set search_path = public, pg_temp language sql as $$
  select secret from app.factors f
  where f.user_id = account and coalesce(app.user_id(), account) = account
    and case when pending then f.confirmed_at is null and f.created_at > now() - interval '1 hour'
      else f.confirmed_at is not null end
$$;
grant execute on function app.factor_of(bigint, boolean) to app_auth;

-- Decides about a code. The Worker has compared it, with the secret that it read, and says which time step it is of, or which
-- hash of a recovery code it has; both are null for a wrong one. Whether it counts is decided under the row's lock: a code
-- whose step is not newer than the last one was used, a recovery code whose row is gone as well. While the account has to wait
-- a right code is refused like a wrong one, so that many guesses at once learn no more than few. Answers 0 when the code
-- counts, -1 when it is wrong, else the seconds to wait. For other functions only.
-- After five wrong ones each further one doubles the wait, to 15 minutes at most; after 100 in a day the account waits until
-- the first of them is a day old.
create or replace function app.accept_code(account bigint, encrypted text, step bigint, recovery text) returns integer
language plpgsql as $$
declare
  f app.factors;
  v_failures timestamptz[];
  v_accepted boolean := false;
  v_over integer;
begin
  select * into f from app.factors where user_id = account for update;
  -- a factor that was replaced, or encrypted anew, since the Worker read it
  if f.user_id is null or f.secret <> encrypted then
    return -1;
  elsif f.blocked_until > clock_timestamp() then
    return greatest(ceil(extract(epoch from f.blocked_until - clock_timestamp())), 1);
  end if;
  if step is not null then
    update app.factors set last_step = step, failures = '{}', blocked_until = null
    where user_id = account and (last_step is null or last_step < step);
    v_accepted := found;
  elsif recovery is not null then
    delete from app.recovery_codes where user_id = account and hash = recovery;
    v_accepted := found;
    if v_accepted then
      update app.factors set failures = '{}', blocked_until = null where user_id = account;
      insert into audit (action, resource, resource_id, actor_id) values ('recovery_code_used', 'user', account, account);
      perform app.post('recovery_code_used', account);
    end if;
  end if;
  if v_accepted then
    return 0;
  end if;
  v_failures := array(select one from unnest(f.failures) one where one > clock_timestamp() - interval '1 day' order by one)
    || clock_timestamp();
  v_over := cardinality(v_failures) - 5;
  update app.factors set failures = v_failures, blocked_until = case
    when v_over + 5 >= 100 then v_failures[v_over + 5 - 99] + interval '1 day'
    when v_over >= 0 then clock_timestamp() + least(interval '15 minutes', interval '30 seconds' * 2 ^ least(v_over, 10)) end
  where user_id = account;
  insert into audit (action, resource, resource_id) values ('code_failed', 'user', account);
  return -1;
end $$;

-- What became of a code, for the Worker: null and 0 when it counted. Answers and not errors, so that a wrong one is counted.
create or replace function app.refusal_of_code(accepted integer, out refused text, out wait integer) immutable language sql as $$
  select case when accepted < 0 then 'otp_invalid' when accepted > 0 then 'too_many_attempts' end, greatest(accepted, 0)
$$;

-- Begins to set up a factor. It replaces one that was never confirmed; one that counts has to be taken away first.
-- `needs_address`: the deployment sends mails, so the account has to have shown that its address is its own. Otherwise somebody
-- could register with another's address and keep them out of it for good.
create or replace function app.start_factor(proven text, encrypted text, key_id text, needs_address boolean) returns void
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  -- the lock makes a change of the password that comes now see this
  perform from credentials where user_id = app.user_id() and password_hash = proven for share;
  if not found then
    perform app.refuse('password_required');
  elsif needs_address and exists (select from users where id = app.user_id() and email_verified_at is null) then
    perform app.refuse('email_unverified');
  end if;
  insert into app.factors (user_id, secret, key_id) values (app.user_id(), encrypted, start_factor.key_id)
  on conflict (user_id) do update set secret = excluded.secret, key_id = excluded.key_id, created_at = now(), last_step = null
  where factors.confirmed_at is null;
  if not found then
    perform app.refuse('mfa_set_up');
  end if;
  insert into audit (action, resource, resource_id) values ('factor_started', 'user', app.user_id());
end $$;

-- The recovery codes of an account; earlier ones are void. For other functions only.
create or replace function app.keep_recovery_codes(account bigint, hashes text[]) returns void language sql as $$
  delete from app.recovery_codes where user_id = account;
  insert into app.recovery_codes (user_id, hash) select account, one from unnest(hashes) one;
$$;

-- The first right code: from now on the factor counts. Every other session of the account ends, and every token of Django's
-- that could still open one, because whoever has them was never asked for a code.
create or replace function app.confirm_factor(encrypted text, step bigint, hashes text[], out refused text, out wait integer)
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  v_me bigint := app.user_id();
begin
  perform from app.factors where user_id = v_me and confirmed_at is null for update;
  if not found then
    perform app.refuse('mfa_set_up');
  end if;
  select * into refused, wait from app.refusal_of_code(app.accept_code(v_me, encrypted, step, null));
  if refused is not null then
    return;
  end if;
  -- a login that is under way holds this row: either its session is there to be ended, or it sees the factor
  perform from credentials where user_id = v_me for update;
  -- one that ended meanwhile, say by a new password, is somebody's who was to be kept out, and must not keep the owner out
  perform from sessions where id = app.session_id() and user_id = v_me for update;
  if not found then
    perform app.refuse('session_ended');
  end if;
  update app.factors set confirmed_at = now() where user_id = v_me;
  perform app.keep_recovery_codes(v_me, hashes), app.end_django_tokens(v_me);
  with ended as (delete from sessions where user_id = v_me and id <> app.session_id() returning id)
  insert into audit (action, resource, resource_id) select 'session_ended', 'session', id from ended;
  update sessions set mfa = true where id = app.session_id() and user_id = v_me;
  insert into audit (action, resource, resource_id) values ('factor_added', 'user', v_me);
  perform app.post('factor_added', v_me);
end $$;

-- New recovery codes, for the password and a code. `keys` are those of the password's attempt, which is given back only now.
create or replace function app.renew_recovery_codes(
  proven text, keys text[], encrypted text, step bigint, hashes text[], out refused text, out wait integer
) security definer set search_path = public, pg_temp language plpgsql as $$
begin
  select * into refused, wait from app.refusal_of_code(app.accept_code(app.user_id(), encrypted, step, null));
  if refused is not null then
    return;
  end if;
  perform app.require_proven(proven), app.return_attempt(keys), app.keep_recovery_codes(app.user_id(), hashes);
  insert into audit (action, resource, resource_id) values ('recovery_codes_renewed', 'user', app.user_id());
end $$;

-- Takes the factor away, for the password and a code. The sessions stay, without the mark that they came with one.
create or replace function app.remove_factor(
  proven text, keys text[], encrypted text, step bigint, recovery text, out refused text, out wait integer
) security definer set search_path = public, pg_temp language plpgsql as $$
begin
  select * into refused, wait from app.refusal_of_code(app.accept_code(app.user_id(), encrypted, step, recovery));
  if refused is not null then
    return;
  end if;
  perform app.require_proven(proven), app.return_attempt(keys);
  delete from app.factors where user_id = app.user_id();
  update sessions set mfa = false, stepped_up_at = null where user_id = app.user_id();
  insert into audit (action, resource, resource_id) values ('factor_removed', 'user', app.user_id());
  perform app.post('factor_removed', app.user_id());
end $$;

-- Whether the hash of the password that was given is still that of the actor. The lock makes a change that comes now wait.
create or replace function app.require_proven(proven text) returns void language plpgsql as $$
begin
  perform from credentials where user_id = app.user_id() and password_hash = proven for share;
  if not found then
    perform app.refuse('password_required');
  end if;
end $$;

-- Takes away the factor of somebody who has lost it. Every session ends: what was lost may be the phone that is signed in.
-- Administrators have theirs reset by another one, and the last of them by the command line.
create or replace function app.reset_factor(account bigint) returns void security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  v_role text;
begin
  perform app.only_for('admin', 'cli');
  select role into v_role from users where id = account and erased_at is null;
  if v_role is null then
    perform app.refuse('not_found');
  elsif account = app.user_id() then
    perform app.refuse('own_factor');
  elsif v_role = 'admin' and app.role() = 'admin' and not exists (
    select from users where role = 'admin' and disabled_at is null and id <> account)
  then
    perform app.refuse('last_admin');
  end if;
  perform app.needs_step_up();
  -- locks in the order of all other functions: the factor, the credential, the account
  perform from app.factors where user_id = account for update;
  perform from credentials where user_id = account for update;
  perform app.end_django_tokens(account);
  delete from app.factors where user_id = account and confirmed_at is not null;
  if not found then
    perform app.refuse('mfa_not_set_up');
  end if;
  with ended as (delete from sessions where user_id = account returning id)
  insert into audit (action, resource, resource_id) select 'session_ended', 'session', id from ended;
  insert into audit (action, resource, resource_id) values ('factor_reset', 'user', account);
  perform app.post('factor_removed', account);
end $$;

-- What the account has, for itself.
create or replace function app.own_factor(out confirmed_at timestamptz, out recovery_codes integer, out live_role text) stable
security definer set search_path = public, pg_temp language sql as $$
  select f.confirmed_at, (select count(*)::integer from app.recovery_codes r where r.user_id = f.user_id), app.role()
  from (select) one left join app.factors f on f.user_id = app.user_id() and f.confirmed_at is not null
$$;

-- The second step of a login: the code, then the session that the password alone did not open. The token of the first step is
-- good for one session, and its password's attempt is given back only now.
create or replace function app.open_session_with_code(
  account bigint, proven text, keys text[], token text, token_expires timestamptz, encrypted text, step bigint, recovery text,
  refresh_hash text, agent text, network text, idle_seconds integer
) returns app.signed_in security definer set search_path = public, pg_temp language plpgsql as $$
declare
  v_accepted integer;
  v_answer app.signed_in;
begin
  if app.user_id() is not null then
    perform app.refuse('wrong_account');
  elsif token_expires < now() or exists (select from app.used_otp_tokens u where u.id = token) then
    return app.not_signed_in('otp_token_invalid');
  end if;
  v_accepted := app.accept_code(account, encrypted, step, recovery);
  if v_accepted < 0 then
    return app.not_signed_in('otp_invalid');
  elsif v_accepted > 0 then
    v_answer := app.not_signed_in('too_many_attempts');
    v_answer.wait := v_accepted;
    return v_answer;
  end if;
  -- of several at once, each with a code of its own, one gets the token
  insert into app.used_otp_tokens (id, expires_at) values (token, token_expires) on conflict do nothing;
  if not found then
    return app.not_signed_in('otp_token_invalid');
  end if;
  v_answer := app.insert_session(account, proven, refresh_hash, agent, network, idle_seconds, true);
  if v_answer.refused is null then
    perform app.return_attempt(keys);
  end if;
  return v_answer;
end $$;

-- The code instead of the password, before what is hardest to undo: for an account that has a factor the password is not enough.
create or replace function app.step_up_with_code(encrypted text, step bigint, out refused text, out wait integer)
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  select * into refused, wait from app.refusal_of_code(app.accept_code(app.user_id(), encrypted, step, null));
  if refused is null then
    update sessions set stepped_up_at = now() where id = app.session_id() and user_id = app.user_id();
    insert into audit (action, resource, resource_id) values ('step_up', 'session', app.session_id());
  end if;
end $$;

-- For what needs the password in the same request: an account that has a factor gives a code as well, at the step-up.
create or replace function app.needs_code() returns void stable security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if app.has_factor(app.user_id()) then
    perform app.needs_step_up();
  end if;
end $$;

-- In the order of the accounts, so that a factor that no key decrypts keeps no other one from its turn.
-- For the hourly job, while MFA_KEY is being replaced: factors that another key encrypted, and each of them encrypted anew, if it
-- still is the one that was read.
create or replace function app.factors_of_other_keys(current_key text, most integer, beyond bigint)
returns table (user_id bigint, secret text) stable security definer set search_path = public, pg_temp language sql as $$
  select f.user_id, f.secret from app.factors f where f.key_id <> current_key and f.user_id > beyond order by f.user_id limit most
$$;
create or replace function app.reencrypt_factor(account bigint, encrypted text, anew text, new_key text) returns void
security definer set search_path = public, pg_temp language sql as $$
  update app.factors set secret = anew, key_id = new_key where user_id = account and secret = encrypted
$$;
grant execute on function
  app.start_factor(text, text, text, boolean), app.confirm_factor(text, bigint, text[]),
  app.renew_recovery_codes(text, text[], text, bigint, text[]), app.remove_factor(text, text[], text, bigint, text),
  app.own_factor(), app.step_up_with_code(text, bigint), app.needs_code(),
  app.open_session_with_code(bigint, text, text[], text, timestamptz, text, bigint, text, text, text, text, integer),
  app.factors_of_other_keys(text, integer, bigint), app.reencrypt_factor(bigint, text, text, text)
to app_auth;
grant execute on function app.reset_factor(bigint) to app_api;
