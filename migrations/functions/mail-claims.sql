-- Which mails go out now: claimed by one Worker each, and no more of them than a person, or a deployment, should get.

-- Whether an address is that of another account, or was until yesterday; and, if so asked, of one that may get mails.
create or replace function app.is_taken(address text, by_others_than bigint, enabled boolean default false) returns boolean stable
language plpgsql set search_path = public, pg_temp as $$
begin
  return exists (
    select from users u where u.email = address and u.id <> by_others_than and (not enabled or u.disabled_at is null)
  ) or exists (
    select from app.former_emails f join users u on u.id = f.user_id
    where f.email = address and f.until > now() and u.id <> by_others_than and (not enabled or u.disabled_at is null));
end $$;

-- Whose the address is for which somebody asks a new password, if that account may get a mail now. It is counted by who
-- asks: from one network one a minute and five a day, so that nobody uses up what the owner has. An administrator's do not
-- come here.
create or replace function app.account_who_asked(m mails) returns bigint language plpgsql set search_path = public, pg_temp as $$
declare
  v_account bigint := (select id from users where email = m.recipient and disabled_at is null);
  v_latest timestamptz;
  v_today bigint;
begin
  select max(asked_at), count(*) into v_latest, v_today from mails
  where user_id = v_account and purpose = 'reset' and asker is not distinct from m.asker and id <> m.id
    and asked_at > now() - interval '1 day';
  if v_today < 5 and (v_latest is null or v_latest <= m.asked_at - interval '1 minute') then
    return v_account;
  end if;
  insert into audit (action, resource, resource_id) values ('reset_limited', 'user', v_account);
  return null;
end $$;

-- Whether somebody who has nothing to do with the recipient may have called for a mail: anybody can invite an address,
-- register with it, or ask a new password for it. Where the account signed in before, it is its own people who ask.
create or replace function app.is_by_others(m mails) returns boolean stable language plpgsql
set search_path = public, pg_temp as $$
begin
  return m.purpose in ('verify', 'change', 'invitation', 'email_taken') or (
    m.purpose = 'reset' and m.asker is not null and not exists (
      select from app.networks n where n.user_id = m.user_id and n.network_hash = m.asker
        and n.last_used_at > now() - interval '180 days'));
end $$;

-- Why a mail has to wait, or null. To one address go ten a day that others may have called for, and thirty beside them, so
-- that neither a reset nor a warning is kept back by a flood. Of what a deployment may send, others may use four fifths.
create or replace function app.why_held(m mails, by_others boolean, per_day integer) returns text stable language plpgsql
set search_path = public, pg_temp as $$
declare
  v_room integer := case when by_others then per_day * 4 / 5 else per_day end;
begin
  if (case when by_others then 10 else 30 end) <= (
    select count(*) from app.sent_mails s where s.recipient_hash = app.network_hash(m.recipient)
      and s.by_others = why_held.by_others and s.at > now() - interval '1 day') then
    return 'address';
  elsif v_room <= (
    select count(*) from (select from app.sent_mails s where s.at > now() - interval '1 day' limit v_room) today) then
    return 'deployment';
  end if;
  return null;
end $$;

-- Mails that are due, for a Worker to send: nobody else gets them for a minute. With them those that it may say are given
-- up, because they could not be sent for a day, and those that wait because there were too many: they are due again in an
-- hour, until the day is over.
create or replace function app.take_mails(most integer, per_day integer)
returns table (id bigint, key uuid, purpose text, recipient text, attempts integer, given_up boolean, held text)
security definer set search_path = public, pg_temp language plpgsql as $$
#variable_conflict use_column
declare
  m mails;
  v_found integer := 0;
  v_others boolean;
begin
  -- of two who claim at once the second counts what the first has claimed
  perform pg_advisory_xact_lock(hashtext('wardbook: mails'));
  -- more than are wanted, because those that are for nobody must not keep the others waiting
  for m in
    select * from mails where sent_at is null and failed_at is null and due_at <= now()
    order by due_at, id limit 50 * most for update skip locked
  loop
    exit when v_found = most;
    if m.purpose = 'reset' and m.user_id is null then
      m.user_id := app.account_who_asked(m);
    -- not one that was tried: who delivers it may have it already
    elsif m.purpose = 'change' and m.attempts = 0 and app.is_taken(m.recipient, m.user_id) then
      m.purpose := 'email_taken';
    end if;
    given_up := m.asked_at < now() - interval '1 day';
    if m.purpose = 'email_taken' and not app.is_called_for(m) then
      -- it stays, as one that was sent does: how many there are today must not tell whose address it is
      update mails set purpose = m.purpose, sent_at = now() where id = m.id;
      continue;
    elsif not app.is_called_for(m) then
      delete from mails where id = m.id;
      continue;
    end if;
    v_others := app.is_by_others(m);
    held := case when m.attempts = 0 and not given_up and not m.released then app.why_held(m, v_others, per_day) end;
    if held is not null then
      update mails set purpose = m.purpose, user_id = m.user_id, held = take_mails.held, due_at = now() + interval '1 hour'
      where id = m.id;
      continue when held = m.held;
    else
      if m.attempts = 0 and not given_up then
        insert into app.sent_mails (recipient_hash, by_others) values (app.network_hash(m.recipient), v_others);
        insert into audit (action, resource, resource_id) select 'reset_sent', 'user', m.user_id
        where m.purpose = 'reset' and m.asker is not null;
      end if;
      update mails set purpose = m.purpose, user_id = m.user_id, held = case when given_up then mails.held end,
        attempts = mails.attempts + 1, due_at = now() + interval '1 minute', failed_at = case when given_up then now() end
      where id = m.id
      returning mails.attempts into m.attempts;
    end if;
    v_found := v_found + 1;
    id := m.id; key := m.key; purpose := m.purpose; recipient := m.recipient; attempts := m.attempts;
    return next;
  end loop;
end $$;
-- The previous Worker knows neither the newest kinds of mails nor those that wait.
create or replace function app.claim_mails(most integer)
returns table (id bigint, key uuid, purpose text, recipient text, attempts integer, given_up boolean) language sql as $$
  select t.id, t.key, t.purpose, t.recipient, t.attempts, t.given_up from app.take_mails(most, 10000) t
  where t.held is null and t.purpose in (
    'reset', 'verify', 'change', 'undo', 'invitation', 'password_changed', 'new_device', 'token_replayed')
$$;
grant execute on function app.take_mails(integer, integer), app.claim_mails(integer) to app_auth;
