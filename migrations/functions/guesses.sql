-- What is counted: what was typed as a name together with the address, the account, the address, and the /56 around one of
-- IPv6. By what was typed, because a wait that began with the email and shows with the username would tell that both are of
-- one account. From where the account signed in before, what others guess elsewhere is no reason to wait: there the count
-- for the account is one of that network's own.
create or replace function app.guess_keys_from(account bigint, typed text[], network text) returns text[] stable
language plpgsql as $$
declare
  -- asked in any case, so that an account that is not there takes as long
  v_known boolean := app.knows_network(coalesce(account, 0), network);
  v_whose text := case when account is null then typed[1]
    when v_known then 'account:' || account || '|' || typed[2]
    else 'account:' || account end;
begin
  return array[typed[1] || '|' || typed[2], v_whose] || typed[2:];
end $$;
create or replace function app.guess_keys(account bigint, typed text[]) returns text[] immutable language sql return (
  select array[who || '|' || typed[2], who, typed[2]]
  from (select coalesce('account:' || account, typed[1])) named (who));

-- Takes one attempt, before the costly hash is computed; the seconds to wait when there is none to take, which is then
-- not counted. From its limit on, each further failure that counts doubles a key's wait, to 15 minutes at most: never a
-- lock for good. Rows are locked in the order of their keys, so that two attempts cannot wait for each other.
create or replace function app.take_attempt(keys text[], limits integer[]) returns integer language plpgsql as $$
declare
  wait integer;
begin
  insert into guesses (key, forget_at)
  select k, now() + interval '90 minutes' from unnest(keys) k order by k
  on conflict (key) do nothing;

  perform from guesses where key = any (keys) order by key for update;
  select ceil(extract(epoch from max(blocked_until) - clock_timestamp())) into wait
  from guesses where key = any (keys) and blocked_until > clock_timestamp();
  if wait is not null then
    return greatest(wait, 1);
  end if;

  update guesses g set
    failures = next.failures,
    blocked_until = case when next.over >= 0
      then clock_timestamp() + least(interval '15 minutes', interval '30 seconds' * 2 ^ least(next.over, 10)) end,
    forget_at = now() + interval '90 minutes'
  from (
    select key, counted || now() as failures, cardinality(counted) + 1 - most as over
    from (
      select k.key, k.most,
        array(select f from unnest(old.failures) f where f > now() - interval '90 minutes') as counted
      from unnest(keys, limits) as k (key, most) join guesses old on old.key = k.key
    ) known
  ) next
  where g.key = next.key;
  return 0;
end $$;

-- The password was wrong: who tried whom, and that from now on there is a wait.
create or replace function app.note_failure(keys text[], account bigint) returns void language sql as $$
  update guesses set user_id = account where key = keys[1];
  insert into audit (action, resource, resource_id) values ('login_failed', 'user', account);
  insert into audit (action, resource, resource_id) select 'login_limited', 'user', account
  where exists (select from guesses where key = any (keys) and blocked_until > clock_timestamp());
$$;

-- The password was right: the attempt is given back, and what this address did to this account is forgiven.
create or replace function app.return_attempt(keys text[]) returns void language sql as $$
  update guesses set failures = trim_array(failures, least(cardinality(failures), 1)), blocked_until = null
  where key = any (keys);
  delete from guesses where key = keys[1];
$$;
grant execute on function app.guess_keys(bigint, text[]), app.guess_keys_from(bigint, text[], text), app.take_attempt(text[], integer[]),
  app.note_failure(text[], bigint), app.return_attempt(text[]) to app_auth;

-- For administrators: which accounts have to wait after wrong passwords or codes, from whatever address, and until when. What was typed for a name that
-- no account has stays out of it.
create or replace function app.blocked_accounts() returns table (user_id bigint, waits_until timestamptz) stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  perform app.only_for('admin');
  return query
    select whose, max(until) from (
      select coalesce(g.user_id, substring(key from '^account:(\d+)')::bigint) as whose, blocked_until as until from guesses g
      where blocked_until > now() and (g.user_id is not null or starts_with(key, 'account:'))
      union all
      select f.user_id, f.blocked_until from app.factors f where f.blocked_until > now()) waiting
    group by whose;
end $$;
grant execute on function app.blocked_accounts() to app_api;
