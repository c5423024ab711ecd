-- Puts a mail to an account into the outbox; whether it did. Whoever can cause notices must not be able to bury somebody
-- in them: of one kind there are five a day at most.
create or replace function app.post(purpose text, account bigint, recipient text default null) returns boolean
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  -- the lock counts those that are called for at once
  perform from users where id = account for no key update;
  insert into mails (purpose, user_id, recipient)
  select post.purpose, u.id, coalesce(post.recipient, u.email) from users u
  -- somebody whose account was disabled as well has all the more reason to undo a change
  where u.id = account and u.email is not null and (u.disabled_at is null or post.purpose = 'undo') and (
    post.purpose in ('reset', 'undo') or 5 > (
      select count(*) from mails m
      where m.user_id = u.id and m.purpose = post.purpose and m.asked_at > now() - interval '1 day'));
  return found;
end $$;

-- An address is proven anew when it changes, unless what changes it is the proof.
create or replace function app.guard_email() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if exists (select from app.former_emails f where f.email = new.email and f.until > now() and f.user_id <> new.id) then
    raise unique_violation using constraint = 'users_email';
  end if;
  if tg_op = 'UPDATE' and new.email is distinct from old.email
     and new.email_verified_at is not distinct from old.email_verified_at then
    new.email_verified_at := null;
  end if;
  return new;
end $$;
create or replace trigger t20_guard_email before insert or update of email on users for each row execute function app.guard_email();

-- Every new address is asked to confirm itself. The command line makes accounts for people that it knows.
create or replace function app.ask_to_confirm() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if app.role() is distinct from 'cli' then
    perform app.post(tg_argv[0], new.id, case tg_argv[0] when 'change' then new.pending_email end);
  end if;
  return null;
end $$;
create or replace trigger t80_verify_new after insert on users for each row
  when (new.email_verified_at is null) execute function app.ask_to_confirm('verify');
create or replace trigger t70_verify_changed after update of email on users for each row
  when (new.email is distinct from old.email and new.email_verified_at is null) execute function app.ask_to_confirm('verify');
create or replace trigger t10_confirm_pending after update of pending_email on users for each row
  when (new.pending_email is distinct from old.pending_email and new.pending_email is not null)
  execute function app.ask_to_confirm('change');

-- The address that an account had is told, and stays its own for a day, in which a link undoes the change. Only if it was
-- proven: one that was mistyped is somebody else's, who must not get the account by it.
create or replace function app.offer_undo(account bigint, former text) returns void language plpgsql
set search_path = public, pg_temp as $$
begin
  insert into app.former_emails (email, user_id) values (former, account)
  on conflict (email) do update set user_id = excluded.user_id, since = now(), until = excluded.until;
  perform app.post('undo', account, former);
end $$;
-- Where an administrator gave the account another address. One that is proven is offered by whoever proves it.
create or replace function app.offer_undo_of_given() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if app.role() = 'admin' then
    perform app.offer_undo(new.id, old.email);
  end if;
  return null;
end $$;
create or replace trigger t60_offer_undo after update of email on users for each row
  when (new.email is distinct from old.email and old.email_verified_at is not null and new.email_verified_at is null
    and new.erased_at is null)
  execute function app.offer_undo_of_given();

-- Ends what the links in an account's mails could do, those as well that are still to be sent, and tokens of Django's. Not what undoes a change of
-- address: whoever stole an account would otherwise only need a new password to keep it.
create or replace function app.end_links(account bigint) returns void security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  -- a tag is about what the client has asked for, and not about this
  perform set_config('app.if_match', '', true);
  update users set pending_email = null where id = account and pending_email is not null;
  delete from app.links where user_id = account and purpose <> 'undo';
  perform app.end_django_tokens(account);
  -- first those that nobody has claimed: one that is claimed meanwhile is the account's when this has waited for it
  delete from mails m using users u
  where u.id = account and m.purpose = 'reset' and m.user_id is null and m.recipient = u.email
    and m.sent_at is null and m.failed_at is null;
  update mails set sent_at = now()
  where user_id = account and purpose in ('reset', 'verify', 'change') and sent_at is null;
end $$;

-- Somebody has forgotten a password, or says so. The same row goes in whether there is such an account or not, and so the
-- answer takes the same time: it is looked for when the mail is claimed. The seconds to wait, if this address, or the /56
-- around it, has asked too often.
create or replace function app.ask_for_reset_from(email text, keys text[], network text) returns integer
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  v_wait integer := app.take_attempt(keys, '{30,120}');
begin
  if v_wait = 0 then
    insert into mails (purpose, recipient, asker) values ('reset', email, app.network_hash(network));
    insert into audit (action, resource) values ('reset_asked', 'user');
  end if;
  return v_wait;
end $$;
create or replace function app.ask_for_reset(email text, network text[]) returns integer language sql as $$
  select app.ask_for_reset_from(email, network, '')
$$;

-- The same by an administrator, who knows whose account it is.
create or replace function app.send_reset(account bigint) returns void security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  perform app.only_for('admin');
  perform from users where id = account and erased_at is null;
  if not found then
    perform app.refuse('not_found');
  elsif not app.post('reset', account) then
    perform app.refuse('account_disabled');
  end if;
  insert into audit (action, resource, resource_id) values ('reset_asked', 'user', account);
end $$;

-- Sends the mail once more that is to prove an address: the new one, if there is one. The seconds to wait.
create or replace function app.resend_verification() returns integer security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  me users;
  kind text;
  latest timestamptz;
  today bigint;
begin
  select * into me from users where id = app.user_id() for update;
  kind := case when me.pending_email is not null then 'change' when me.email_verified_at is null then 'verify' end;
  if kind is null then
    return 0;
  end if;
  select max(asked_at), count(*) into latest, today from mails
  where user_id = me.id and purpose in ('verify', 'change', 'email_taken') and asked_at > now() - interval '1 day';
  if today >= 5 then
    return 3600;
  elsif latest > now() - interval '1 minute' then
    return 60;
  end if;
  perform app.post(kind, me.id, case kind when 'change' then me.pending_email end);
  return 0;
end $$;

-- The username that the actor's account will have. With it one signs in: a new one needs the password, whose hash `proven`
-- is.
create or replace function app.chosen_username(username text, proven text) returns text
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  if not exists (select from users u where u.id = app.user_id() and u.username = chosen_username.username) then
    -- the lock makes a change of the password that comes now see this
    perform from credentials where user_id = app.user_id() and password_hash = proven for share;
    if not found then
      perform app.refuse('password_required');
    end if;
  end if;
  return username;
end $$;
grant execute on function app.chosen_username(text, text) to app_auth;

-- The address that the actor's account will have once it is confirmed; null when that is the one it has. `proven` is the
-- hash of the password that was given. Whether somebody has the address already is not told: it gets a mail in either case,
-- and which one is decided when that is claimed.
create or replace function app.proposed_email(email text, proven text) returns text
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  if exists (select from users u where u.id = app.user_id() and u.email = proposed_email.email) then
    return null;
  end if;
  -- the lock makes a change of the password that comes now see this
  perform from credentials where user_id = app.user_id() and password_hash = proven for share;
  if not found then
    perform app.refuse('password_required');
  end if;
  perform app.needs_code();
  if 5 <= (select count(*) from mails m
           where m.user_id = app.user_id() and m.purpose in ('change', 'email_taken') and m.asked_at > now() - interval '1 day') then
    perform app.refuse('too_many_requests');
  end if;
  return email;
end $$;

-- Whether a mail that waits still has its cause. Whoever has confirmed an address meanwhile needs no mail about it.
create or replace function app.is_called_for(m mails) returns boolean stable language plpgsql
set search_path = public, pg_temp as $$
begin
  return case m.purpose
    when 'invitation' then exists (select from invitations i where i.mail_id = m.id and app.is_open(i))
    when 'undo' then exists (select from app.former_emails f where f.email = m.recipient and f.user_id = m.user_id)
    when 'email_taken' then app.is_taken(m.recipient, m.user_id, true)
    else exists (select from users u where u.id = m.user_id and u.erased_at is null and case m.purpose
      when 'verify' then u.email = m.recipient and u.email_verified_at is null
      when 'change' then u.pending_email = m.recipient
      when 'reset' then u.email = m.recipient and u.disabled_at is null
      else true end) end;
end $$;

-- Keeps the links of claimed mails, by the hashes of their tokens: their time begins now.
create or replace function app.keep_links(claimed bigint[], hashes text[]) returns void
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  insert into app.links (hash, purpose, user_id, email, mail_id, expires_at)
  select one.hash, m.purpose, m.user_id, m.recipient, m.id, now() + case m.purpose
    when 'reset' then interval '1 hour' when 'undo' then interval '1 day' when 'invitation' then interval '7 days'
    else interval '72 hours' end
  from unnest(claimed, hashes) as one (id, hash) join mails m on m.id = one.id
  -- one whose link was used meanwhile gets no second
  where m.sent_at is null
  on conflict (hash) do update set expires_at = excluded.expires_at;
  update app.former_emails f set until = now() + interval '1 day'
  from mails m where m.id = any (claimed) and m.purpose = 'undo' and f.email = m.recipient and f.user_id = m.user_id;
  update invitations i set expires_at = now() + interval '7 days' where i.mail_id = any (claimed);
end $$;

-- What became of claimed mails. One that failed is due again after 2 seconds, 8, 32, and so on up to an hour; the
-- milliseconds until the first of them is.
create or replace function app.settle_mails(sent bigint[], failed bigint[]) returns integer
security definer set search_path = public, pg_temp language sql as $$
  update mails set sent_at = now() where id = any (sent) and sent_at is null;
  update mails set due_at = now() + least(interval '1 hour', interval '2 seconds' * 4 ^ least(attempts - 1, 10))
  where id = any (failed);
  select ceil(1000 * extract(epoch from min(due_at) - now()))::integer from mails where id = any (failed);
$$;

-- A mail that was given up, or waits for its next turn, is sent now. Not one of a stranger who asked for a reset: whether
-- there is such an account is not known yet.
create or replace function app.resend_mail(mail bigint) returns void security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  perform app.only_for('admin');
  update mails set key = gen_random_uuid(), asked_at = now(), due_at = now(), attempts = 0, failed_at = null,
    held = null, released = true
  where id = mail and sent_at is null and (user_id is not null or purpose <> 'reset');
  if not found then
    perform app.refuse('not_found');
  end if;
  insert into audit (action, resource, resource_id) values ('resend', 'mail', mail);
end $$;

-- Takes a link: the first who comes gets it, everybody else is refused. What was sent to get it need not be sent again.
create or replace function app.use_link(token_hash text, purposes text[]) returns app.links language plpgsql
set search_path = public, pg_temp as $$
declare
  l app.links;
begin
  delete from app.links where hash = token_hash and purpose = any (purposes) and expires_at > now() returning * into l;
  if l.hash is null then
    perform app.refuse('link_invalid');
  end if;
  update mails set sent_at = now() where id = l.mail_id and sent_at is null;
  return l;
end $$;

-- What a new password must not be, for whoever holds a link that asks for one.
create or replace function app.look_at_link(token_hash text, wanted text) returns table (own text[])
stable security definer set search_path = public, pg_temp language plpgsql as $$
begin
  return query
    select array[coalesce(l.email, i.email), u.email, u.name, u.username] from app.links l
    left join users u on u.id = l.user_id left join invitations i on i.mail_id = l.mail_id
    where l.hash = token_hash and l.purpose = wanted and l.expires_at > now();
  if not found then
    perform app.refuse('link_invalid');
  end if;
end $$;

-- A new password by a link. Every session and every other link of the account ends, and its owner is told. From where the
-- link was used the account may sign in, however many guess its password elsewhere.
create or replace function app.choose_password(token_hash text, chosen text, network text) returns void
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  l app.links := app.use_link(token_hash, '{reset}');
begin
  -- one that went to an earlier address is in the mailbox of somebody else now; the command line's went to none
  perform from users where id = l.user_id and disabled_at is null and (l.email is null or email = l.email)
  for update;
  if not found then
    perform app.refuse('link_invalid');
  end if;
  insert into credentials (user_id, password_hash) values (l.user_id, chosen)
  on conflict (user_id) do update set password_hash = excluded.password_hash, updated_at = now();
  delete from sessions where user_id = l.user_id;
  perform app.end_links(l.user_id);
  -- whoever could open the mail has this address
  update users set email_verified_at = now() where id = l.user_id and email = l.email and email_verified_at is null;
  -- earlier wrong passwords are no reason to keep the right one waiting
  delete from guesses where key = 'account:' || l.user_id or starts_with(key, 'account:' || l.user_id || '|')
    or guesses.user_id = l.user_id;
  if network is not null then
    perform app.note_network(l.user_id, network);
  end if;
  insert into audit (action, resource, resource_id, actor_id) values ('password_reset', 'user', l.user_id, l.user_id);
  perform app.post('password_changed', l.user_id);
end $$;
create or replace function app.reset_password(token_hash text, chosen text) returns void language sql as $$
  select app.choose_password(token_hash, chosen, null)
$$;

-- Proves the address that a link was sent to: that of the account, or the one that it is to have from now on.
create or replace function app.prove_address(l app.links) returns void language plpgsql
set search_path = public, pg_temp as $$
declare
  u users;
begin
  select * into u from users where id = l.user_id for update;
  if u.disabled_at is not null
     or l.email is distinct from (case l.purpose when 'verify' then u.email else u.pending_email end) then
    perform app.refuse('link_invalid');
  end if;
  if l.purpose = 'change' and u.email_verified_at is not null then
    perform app.offer_undo(u.id, u.email);
  end if;
  update users set email = l.email, email_verified_at = now(),
    pending_email = case l.purpose when 'verify' then pending_email end
  where id = u.id;
  delete from app.links where user_id = u.id and purpose = l.purpose;
  insert into audit (action, resource, resource_id, actor_id)
  values (case l.purpose when 'verify' then 'email_verified' else 'email_changed' end, 'user', u.id, u.id);
end $$;

-- The same by whoever holds the link. An address that is to replace another takes a session of that account: otherwise a
-- stranger could give an account of their own to somebody who only presses the button in a mail, and take it back by the
-- address that it had before, with all that the other has put into it.
create or replace function app.confirm_address(token_hash text, session bigint, actor bigint) returns void
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  l app.links := app.use_link(token_hash, '{verify,change}');
begin
  if l.purpose = 'change' then
    if session is null then
      perform app.refuse('unauthenticated');
    elsif l.user_id <> actor then
      perform app.refuse('wrong_account');
    end if;
    perform from sessions s
    where s.id = session and s.user_id = actor and least(s.idle_until, s.expires_at) > now();
    if not found then
      perform app.refuse('session_ended');
    end if;
  end if;
  perform app.prove_address(l);
end $$;

-- The same without a session. It has the name that it had, for the previous Worker.
create or replace function app.confirm_email(token_hash text) returns void
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  perform app.prove_address(app.use_link(token_hash, '{verify,change}'));
end $$;

-- Gives an account back to the address that it had, because whoever changed it was somebody else. That person knows the
-- password and has sessions, and perhaps links: all of it ends, and a reset goes to the old address. Changes that came
-- after this one cannot be undone to their addresses any more, those before it can: of two who undo, the one who had
-- the account first is right.
create or replace function app.undo_email(token_hash text) returns void
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  l app.links := app.use_link(token_hash, '{undo}');
  changed_at timestamptz;
begin
  perform from users where id = l.user_id and erased_at is null for update;
  delete from app.former_emails where email = l.email and user_id = l.user_id returning since into changed_at;
  if changed_at is null then
    perform app.refuse('link_invalid');
  end if;
  delete from sessions where user_id = l.user_id;
  delete from credentials where user_id = l.user_id;
  -- a second factor that is no older than the change is that person's as well, and would keep the owner out for good
  delete from app.factors where user_id = l.user_id and coalesce(confirmed_at >= changed_at, true);
  perform app.end_links(l.user_id);
  delete from app.links k using app.former_emails f
  where k.user_id = l.user_id and k.purpose = 'undo' and f.user_id = l.user_id and f.email = k.email and f.since >= changed_at;
  delete from app.former_emails where user_id = l.user_id and since >= changed_at;
  update users set email = l.email, email_verified_at = now() where id = l.user_id;
  insert into audit (action, resource, resource_id, actor_id) values ('email_undone', 'user', l.user_id, l.user_id);
  perform app.post('reset', l.user_id);
end $$;

-- Ends every session of an account, for an administrator.
create or replace function app.end_sessions(account bigint) returns void security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  perform app.only_for('admin', 'cli');
  perform from users where id = account and erased_at is null;
  if not found then
    perform app.refuse('not_found');
  end if;
  perform app.end_django_tokens(account);
  with ended as (delete from sessions where user_id = account returning id)
  insert into audit (action, resource, resource_id) select 'session_ended', 'session', id from ended;
end $$;

-- With an account goes what is known of its addresses and devices.
create or replace function app.forget_addresses() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  delete from app.links where user_id = new.id;
  delete from mails where user_id = new.id;
  delete from app.former_emails where user_id = new.id;
  delete from app.devices where user_id = new.id;
  delete from app.factors where user_id = new.id;
  delete from app.networks where user_id = new.id;
  delete from invitations where user_id = new.id;
  return null;
end $$;
create or replace trigger t30_forget_addresses after update of erased_at on users for each row
  when (old.erased_at is null and new.erased_at is not null) execute function app.forget_addresses();

-- What the hourly job takes away of this. Sent mails are kept for the day in which they count.
create or replace function app.sweep_mails() returns bigint security definer set search_path = public, pg_temp language plpgsql as $$
declare
  swept bigint;
begin
  delete from app.links where expires_at < now();
  -- not one whose link still works: an invitation is found by its mail
  delete from mails m
  where (sent_at < now() - interval '2 days' or asked_at < now() - interval '30 days'
      or (user_id is null and purpose = 'reset' and asked_at < now() - interval '1 day'))
    and not exists (select from app.links l where l.mail_id = m.id);
  get diagnostics swept = row_count;
  delete from app.sent_mails where at < now() - interval '1 day';
  delete from app.former_emails where until < now();
  delete from app.devices d where last_used_at < now() - interval '180 days' and exists (
    select from app.devices other where other.user_id = d.user_id and other.last_used_at > d.last_used_at);
  delete from app.networks n where last_used_at < now() - interval '180 days' and exists (
    select from app.networks other where other.user_id = n.user_id and other.last_used_at > n.last_used_at);
  delete from invitations where coalesce(revoked_at, expires_at) < now() - interval '30 days' and accepted_at is null;
  return swept;
end $$;
grant execute on function
  app.post(text, bigint, text), app.end_links(bigint),
  app.ask_for_reset(text, text[]), app.ask_for_reset_from(text, text[], text), app.resend_verification(), app.proposed_email(text, text),
  app.keep_links(bigint[], text[]), app.settle_mails(bigint[], bigint[]), app.look_at_link(text, text),
  app.reset_password(text, text), app.choose_password(text, text, text), app.confirm_address(text, bigint, bigint),
  app.confirm_email(text), app.undo_email(text)
to app_auth;
grant execute on function app.send_reset(bigint), app.resend_mail(bigint), app.end_sessions(bigint) to app_api;
