create or replace trigger t50_record after insert or update on invitations
  for each row execute function app.record_change('invitation');

-- Whether an invitation waits for somebody. It ends with the standing of whoever invited: somebody who has lost the
-- record, or their own account, has nothing to give any more.
create or replace function app.is_open(i invitations) returns boolean stable language sql set search_path = public, pg_temp as $$
  select i.accepted_at is null and i.revoked_at is null and i.expires_at > now() and (
    i.created_by is null or exists (
      select from users u where u.id = i.created_by and u.disabled_at is null and (
        u.role = 'admin' or (u.role = 'user' and exists (
          select from patients p where p.id = i.patient_id and p.created_by = u.id)))))
$$;

-- For app.guard_account(): whether this role was given by an invitation, in this transaction.
create or replace function app.is_invited(account bigint, given text) returns boolean stable
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  return exists (
    select from invitations i where i.user_id = account and i.role = given and i.accepted_at = now()::timestamptz(3));
end $$;

-- Invites, and sends the link. An invitation that waits for the same record, or the same colleague, is replaced.
create or replace function app.invite(to_email text, to_role text, to_name text, patient bigint, doctor bigint)
returns setof invitations security definer set search_path = public, pg_temp language plpgsql as $$
declare
  me users;
  mail bigint;
  linked bigint;
  already boolean;
begin
  -- the lock counts those that are invited at once
  select * into me from users where id = app.user_id() for update;
  if to_role = 'patient' then
    select p.user_id, true into linked, already from patients p
    where p.id = patient and (app.role() in ('admin', 'cli') or (app.role() = 'user' and p.created_by = me.id)) for update;
  elsif coalesce(app.role(), 'anonymous') not in ('admin', 'cli') then
    perform app.refuse('wrong_role');
  elsif to_role = 'doctor' then
    select d.user_id, true into linked, already from doctors d where d.id = doctor for update;
  else
    already := true;
  end if;
  if to_role = 'admin' then
    perform app.needs_step_up();
  end if;
  if already is null then
    perform app.refuse('not_found');
  elsif linked is not null then
    perform app.refuse('already_linked');
  elsif me.email_verified_at is null and app.role() <> 'cli' then
    perform app.refuse('email_unverified');
  elsif 20 <= (select count(*) from invitations i where i.created_by = me.id and i.created_at > now() - interval '1 day')
  then
    perform app.refuse('too_many_requests');
  end if;
  update invitations i set revoked_at = now()
  where i.accepted_at is null and i.revoked_at is null and case to_role
    when 'patient' then i.patient_id = patient
    when 'doctor' then i.doctor_id = doctor
    else i.email = to_email and i.patient_id is null and i.doctor_id is null end;
  insert into mails (purpose, recipient) values ('invitation', to_email) returning id into mail;
  return query
    insert into invitations (email, role, name, patient_id, doctor_id, mail_id)
    values (to_email, to_role, to_name, patient, doctor, mail)
    returning *;
end $$;

-- The invitation that a link stands for. Of many who hold the same link one gets past the lock.
create or replace function app.open_invitation(l app.links) returns invitations language plpgsql
set search_path = public, pg_temp as $$
declare
  i invitations;
begin
  select * into i from invitations one where one.mail_id = l.mail_id and app.is_open(one) for update;
  if i.id is null then
    perform app.refuse('link_invalid');
  end if;
  return i;
end $$;

-- The record becomes the account's as well. A clinic keeps the patient's; a doctor's is the doctor's own from now on.
create or replace function app.link_record(i invitations, account bigint) returns void language plpgsql
set search_path = public, pg_temp as $$
begin
  perform set_config('app.action', 'accept', true);
  update invitations set accepted_at = now(), user_id = account where id = i.id;
  update patients set user_id = account where id = i.patient_id and user_id is null;
  if i.role = 'patient' and not found then
    perform app.refuse('already_linked');
  end if;
  update doctors set user_id = account, approved = true, created_by = null where id = i.doctor_id and user_id is null;
  if i.role = 'doctor' and not found then
    perform app.refuse('already_linked');
  end if;
  perform set_config('app.action', '', true);
end $$;

-- What an invitation is for and who invites, for whoever holds its link. It uses nothing up. The record's name is a
-- patient's, so the trail has it.
create or replace function app.look_at_invitation(token_hash text)
returns table (email text, role text, for_name text, expires_at timestamptz(3), by_account boolean, inviter_name text,
  inviter_email text, by_admin boolean)
security definer set search_path = public, pg_temp language plpgsql as $$
#variable_conflict use_column
declare
  i invitations;
begin
  select one.* into i from app.links l join invitations one on one.mail_id = l.mail_id
  where l.hash = token_hash and l.purpose = 'invitation' and l.expires_at > now() and app.is_open(one);
  if i.id is null then
    perform app.refuse('link_invalid');
  end if;
  insert into audit (action, resource, resource_id, patient_ids)
  values ('read', 'invitation', i.id, array_remove(array[i.patient_id], null));
  return query
    select i.email, i.role, coalesce(i.name, (select p.name from patients p where p.id = i.patient_id),
        (select d.name from doctors d where d.id = i.doctor_id)), i.expires_at,
      u.id is not null, u.name, case when u.email_verified_at is not null then u.email end, u.role = 'admin'
    from (select) one left join users u on u.id = i.created_by;
end $$;

-- Who invites by these mails.
create or replace function app.inviters(claimed bigint[]) returns table (mail bigint, name text, by_admin boolean) stable
security definer set search_path = public, pg_temp language sql as $$
  select i.mail_id, u.name, u.role = 'admin' from invitations i join users u on u.id = i.created_by
  where i.mail_id = any (claimed)
$$;

-- A new account by invitation, with the address that it is for: proven, if the link was sent there and not printed.
create or replace function app.register_invited(
  token_hash text, account jsonb, password_hash text, refresh_hash text, agent text, network text, idle_seconds integer
) returns app.signed_in security definer set search_path = public, pg_temp language plpgsql as $$
declare
  l app.links := app.use_link(token_hash, '{invitation}');
  i invitations := app.open_invitation(l);
  made bigint;
begin
  made := app.make_account(account || jsonb_build_object('email', i.email, 'role', i.role,
    'email_verified_at', case when l.email is not null then now() end, 'name', coalesce(account ->> 'name', i.name,
      (select p.name from patients p where p.id = i.patient_id), (select d.name from doctors d where d.id = i.doctor_id),
      account ->> 'username', account ->> 'derived_username')));
  insert into credentials (user_id, password_hash) values (made, register_invited.password_hash);
  perform app.link_record(i, made);
  return app.open_session(made, register_invited.password_hash, refresh_hash, agent, network, idle_seconds);
end $$;

-- The same for somebody who has an account. app.make_room() says which can take it.
create or replace function app.accept_invitation(token_hash text) returns void
security definer set search_path = public, pg_temp language plpgsql as $$
declare
  l app.links := app.use_link(token_hash, '{invitation}');
  i invitations := app.open_invitation(l);
  me users;
begin
  select * into me from users where id = app.user_id() for update;
  perform app.make_room(me, i);
  if i.role <> me.role then
    perform app.needs_step_up();
  end if;
  perform app.link_record(i, me.id), set_config('app.if_match', '', true);
  update users set role = i.role,
    email_verified_at = case when email = l.email then coalesce(email_verified_at, now()) else email_verified_at end
  where id = me.id;
  if i.role <> me.role then
    perform app.post('role_changed', me.id);
  end if;
end $$;
grant execute on function app.invite(text, text, text, bigint, bigint) to app_api;
grant execute on function app.accept_invitation(text), app.look_at_invitation(text), app.inviters(bigint[]),
  app.register_invited(text, jsonb, text, text, text, text, integer) to app_auth;
