-- Who is asking, for this transaction only. app.begin_request() sets it; policies, triggers and queries read it.
-- A setting that was never set is NULL, one that was reset is '': both mean nobody.
create or replace function app.user_id() returns bigint stable parallel safe language sql
  return nullif(current_setting('app.user_id', true), '')::bigint;

-- The live role: user, patient, doctor, pending_doctor (awaiting approval), admin; cli for the command line.
create or replace function app.role() returns text stable parallel safe language sql
  return nullif(current_setting('app.role', true), '');

-- The record of the approved doctor who is asking.
create or replace function app.doctor_id() returns bigint stable parallel safe language sql
  return nullif(current_setting('app.doctor_id', true), '')::bigint;

-- The session in which they ask.
create or replace function app.session_id() returns bigint stable parallel safe language sql
  return nullif(current_setting('app.session_id', true), '')::bigint;

create or replace function app.request_id() returns text stable parallel safe language sql
  return nullif(current_setting('app.request_id', true), '');

-- The client's address, as Cloudflare says.
create or replace function app.address() returns text stable parallel safe language sql
  return nullif(current_setting('app.address', true), '');

-- This transaction's number. As a bigint, because only its comparisons are leakproof and reach an index under a policy.
create or replace function app.tx() returns bigint volatile language sql
  return pg_current_xact_id()::text::bigint;
grant execute on function
  app.user_id(), app.role(), app.doctor_id(), app.session_id(), app.request_id(), app.address(), app.tx()
  to app_api, app_auth;

-- A refusal that the Worker turns into a problem: `code` is one of its closed list, and all that the client sees.
create or replace function app.refuse(code text) returns void language plpgsql as $$
begin
  raise exception using errcode = 'WB000', message = code;
end $$;
grant execute on function app.refuse(text) to app_api, app_auth;

-- Whether the asker sees a record, by the asker's own policies. It looks at the moment of its call (it is volatile), so that in
-- a statement that waited for somebody else's it knows what that one has done.
create or replace function app.sees(records regclass, record_id bigint) returns boolean volatile language plpgsql as $$
declare
  v_sees boolean;
begin
  execute format('select exists (select from %s where id = $1)', records) into v_sees using record_id;
  return v_sees;
end $$;
grant execute on function app.sees(regclass, bigint) to app_api;

-- For functions with definer's rights, which see everything: whom they are for.
create or replace function app.only_for(variadic roles text[]) returns void language plpgsql as $$
begin
  if coalesce(app.role(), 'anonymous') <> all (roles) then
    perform app.refuse('wrong_role');
  end if;
end $$;

-- How many bytes a record takes as JSON, about, so that a page of records ends before it is too long (Neon refuses an
-- answer of 10 MiB, and a phone should not have to take one). Counted when it is written: to count when it is read
-- would mean to read texts that are not answered.
create or replace function app.weigh() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if new.version = old.version then
      return new;
    end if;
  end if;
  new.bytes := octet_length(to_json(new)::text);
  return new;
end $$;

-- Every record counts its versions, and knows the transaction that last changed it. If-Match is decided here, under the
-- row's lock: of two writers with one tag, one wins. Rows that go by cascade were not what the client's tag was about.
-- An update that sets every field to what it is changes nothing: the row keeps its version and its time, and is answered.
create or replace function app.touch() returns trigger language plpgsql as $$
declare
  v_if_match text := nullif(current_setting('app.if_match', true), '');
  v_same record;
begin
  if v_if_match is not null and pg_trigger_depth() = 1
     and not old.version::text = any (string_to_array(v_if_match, ',')) then
    perform app.refuse('stale_version');
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  -- Compared without what every update sets, and without what PostgreSQL computes afterwards: before the row is stored those
  -- are null. A computed column that is forgotten here makes every update a change, as it was before.
  v_same := new;
  v_same.updated_at := old.updated_at;
  v_same.name_key := old.name_key;
  v_same.search_key := old.search_key;
  if tg_table_name = 'users' then
    v_same.username_key := old.username_key;
  elsif tg_table_name = 'doctors' then
    v_same.specialization_key := old.specialization_key;
    v_same.license_key := old.license_key;
  end if;
  if v_same is not distinct from old then
    new.updated_at := old.updated_at;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  if tg_table_name <> 'users' then
    new.changed_tx := app.tx();
  end if;
  return new;
end $$;

-- Inserts a record that is given as JSON, for the functions that register and restore records: so they need no change
-- for a new column. Names that are no column are left out, and columns without a value get their default. The text of
-- the statement comes from the catalog; the values never become a part of it. It runs with the rights of its caller.
create or replace function app.insert_record(kind regclass, record jsonb) returns void language plpgsql as $$
declare
  columns text;
begin
  select string_agg(quote_ident(attname), ', ') into columns from pg_attribute
  where attrelid = kind and attnum > 0 and not attisdropped and attgenerated = '' and record ? attname::text;
  execute format('insert into %1$s (%2$s) overriding system value
    select %2$s from jsonb_populate_record(null::%1$s, $1)', kind, columns) using record;
end $$;
grant execute on function app.insert_record(regclass, jsonb) to app_auth;
