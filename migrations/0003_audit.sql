-- The trail: who did what to which record and when, with the row as it was. Nothing references anything here, because
-- the trail outlives what it tells of.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  tx bigint not null default app.tx(),
  actor_id bigint default app.user_id(),
  actor_name text,
  actor_role text default app.role(),
  action text not null,
  resource text not null,
  resource_id bigint,
  patient_ids bigint[] not null default '{}',
  request_id text default app.request_id(),
  address text default app.address(),
  before jsonb,
  bytes integer not null default 0
);
create index audit_actor on audit (actor_id, id);
create index audit_resource on audit (resource, resource_id, id);
create index audit_at on audit (at);
create index audit_patients on audit using gin (patient_ids);

-- The API appends reads (in the statement that reads) and may look things up; nobody but the owner changes the past.
alter table audit enable row level security;
grant select, insert on audit to app_api;
grant insert on audit to app_auth;

-- A page of the trail should be read by its index, and the reading stop when the page is full. Of a policy that
-- compares the role PostgreSQL expects that one row in 200 passes, and would rather sort the whole trail; of a `case`
-- it expects no such thing.
create policy admin_reads on audit for select to app_api using (
  case (select app.role()) when 'admin' then true else false end);
create policy append on audit for insert to app_api with check (
  actor_id = (select app.user_id()) and actor_role = (select app.role()) and before is null);
create policy append_auth on audit for insert to app_auth with check (
  resource in ('session', 'user') and before is null and patient_ids = '{}'
  and action in ('login', 'login_failed', 'login_limited', 'logout', 'session_ended', 'refresh_replayed',
    'refresh_replayed_elsewhere', 'refresh_reused', 'password_change'));

-- What the actor was called at that moment: a doctor who takes another name later must not have it in the past as well.
-- It is looked up with the owner's rights, and replaces what was given: nobody signs with a name that is not theirs.
create function app.sign_entry() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  new.actor_name := (select name from users where id = new.actor_id);
  -- as app.weigh() does, but an entry is written with every read: only what may be long is counted
  new.bytes := 1500 + coalesce(octet_length(new.before::text), 0) + 20 * cardinality(new.patient_ids);
  return new;
end $$;
create trigger sign before insert on audit for each row execute function app.sign_entry();

-- Changes are recorded by trigger, with the owner's rights, so that no code path can forget or forge them.
create function app.record_change() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  kind text := tg_argv[0];
  -- without what is only kept for sorting, searching and syncing, and can be computed again
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - array['name_key', 'specialization_key', 'username_key',
    'license_key', 'search_key', 'changed_tx', 'bytes'] end;
  row_now jsonb := case when tg_op = 'DELETE' then was else to_jsonb(new) end;
begin
  insert into audit (actor_id, action, resource, resource_id, patient_ids, before)
  values (
    -- who registers is nobody yet: the new account is its own author
    case when app.role() is null then (row_now ->> case kind when 'user' then 'id' else 'user_id' end)::bigint
      else app.user_id() end,
    coalesce(nullif(current_setting('app.action', true), ''),
      case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end),
    kind,
    (row_now ->> 'id')::bigint,
    case
      when kind = 'patient' then array[(row_now ->> 'id')::bigint]
      when row_now ->> 'patient_id' is not null then array[(row_now ->> 'patient_id')::bigint]
      -- an account has a patient's name and email, and whoever changes it is answered them
      when kind = 'user' then array(select p.id from patients p where p.user_id = (row_now ->> 'id')::bigint)
      else '{}' end,
    was
  );
  return null;
end $$;
