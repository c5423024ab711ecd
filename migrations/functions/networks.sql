-- From where accounts sign in, and on what.
create or replace function app.network_hash(network text) returns text immutable language sql
  return encode(sha256(convert_to(coalesce(network, ''), 'UTF8')), 'base64');

-- Whether somebody who knows the account's password, or holds its session, was there in the last 180 days.
create or replace function app.knows_network(account bigint, network text) returns boolean stable
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  return exists (
    select from app.networks n where n.user_id = account and n.network_hash = app.network_hash(network)
      and n.last_used_at > now() - interval '180 days');
end $$;

-- Notes from where an account was used: whether that place is known, or the first of all.
create or replace function app.note_network(account bigint, network text) returns boolean
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  v_hash text := app.network_hash(network);
  v_known boolean;
  v_first boolean;
begin
  select coalesce(bool_or(network_hash = v_hash and last_used_at > now() - interval '180 days'), false), count(*) = 0
  into v_known, v_first from app.networks where user_id = account;
  insert into app.networks (user_id, network_hash) values (account, v_hash)
  on conflict (user_id, network_hash) do update set last_used_at = now()
  where networks.last_used_at < now() - interval '1 day';
  -- a phone that travels has many: the last 50 are kept
  if not v_known then
    delete from app.networks where user_id = account and network_hash in (
      select network_hash from app.networks where user_id = account
      order by network_hash = v_hash desc, last_used_at desc offset 50);
  end if;
  return v_known or v_first;
end $$;

-- The same of the device, by its User-Agent.
create or replace function app.note_agent(account bigint, agent text) returns boolean
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  v_hash text := encode(sha256(convert_to(coalesce(agent, ''), 'UTF8')), 'base64');
  v_known boolean;
  v_first boolean;
begin
  select coalesce(bool_or(agent_hash = v_hash and last_used_at > now() - interval '180 days'), false), count(*) = 0
  into v_known, v_first from app.devices where user_id = account;
  insert into app.devices (user_id, agent_hash) values (account, v_hash)
  on conflict (user_id, agent_hash) do update set last_used_at = now()
  where devices.last_used_at < now() - interval '1 day';
  if not v_known then
    delete from app.devices where user_id = account and agent_hash in (
      select agent_hash from app.devices where user_id = account
      order by agent_hash = v_hash desc, last_used_at desc offset 50);
  end if;
  return v_known or v_first;
end $$;

-- Notes on what and from where an account was used; whether its owner is told, because it signs in on a device or from a
-- network that it has not used for 180 days. A thief has the same browser as many people. Not of the very first: a clinic
-- that has just moved here would have a notice for everybody.
create or replace function app.note_use(account bigint, agent text, network text, signs_in boolean) returns boolean
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  v_known_agent boolean;
  v_known_network boolean;
begin
  -- those who sign in at once come one after the other: each locks more than one row of the account, and a notice this one
  if signs_in then
    perform from users where id = account for no key update;
  end if;
  v_known_agent := app.note_agent(account, agent);
  v_known_network := app.note_network(account, network);
  return signs_in and not (v_known_agent and v_known_network) and app.post('new_device', account);
end $$;
grant execute on function app.knows_network(bigint, text), app.note_use(bigint, text, text, boolean) to app_auth;
