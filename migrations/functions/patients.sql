-- An age beside a date of birth would go stale: the date wins.
create or replace function app.keep_one_age() returns trigger language plpgsql as $$
begin
  if new.date_of_birth is not null then
    new.age := null;
  end if;
  return new;
end $$;

create or replace function app.age(date_of_birth date, age integer) returns integer stable parallel safe language sql
  return coalesce(extract(year from age((now() at time zone 'utc')::date, date_of_birth))::integer, age);
grant execute on function app.age(date, integer) to app_api;
create or replace trigger t10_keep_one_age before insert or update on patients for each row execute function app.keep_one_age();
create or replace trigger t80_touch before update or delete on patients for each row execute function app.touch();
create or replace trigger t90_weigh before insert or update on patients for each row execute function app.weigh();
create or replace trigger t50_record after insert or update or delete on patients
  for each row execute function app.record_change('patient');

-- Makes the records of a batch, in their order, with the rights of whoever asks: each has to pass the policies. Columns that
-- no record has a value for get their default. The names come from the catalog; the values never become text of SQL.
create or replace function app.create_patients(sent jsonb) returns setof patients language plpgsql as $$
declare
  v_columns text;
begin
  select string_agg(quote_ident(attname), ', ') into v_columns from pg_attribute
  where attrelid = 'patients'::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    and exists (select from jsonb_array_elements(sent) one where one ? attname::text);
  return query execute format('insert into patients (%1$s)
    select %1$s from jsonb_populate_recordset(null::patients, $1) with ordinality order by ordinality returning *', v_columns)
    using sent;
end $$;
grant execute on function app.create_patients(jsonb) to app_api;

-- Nobody but a user can make records without end, because anybody may be one. How many there may be of a kind the Worker says,
-- in the transaction that makes one. Counted once a statement, and not exactly where several run at once.
create or replace function app.limit_records() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  v_most integer := coalesce(nullif(current_setting('app.records_per_account', true), '')::integer, 50000);
  v_over boolean;
begin
  if app.role() = 'user' then
    execute format('select exists (select from %I where created_by = $1 offset $2)', tg_table_name)
      into v_over using app.user_id(), v_most;
    if v_over then
      perform app.refuse('limit_reached');
    end if;
  end if;
  return null;
end $$;
create or replace trigger t60_limit after insert on patients for each statement execute function app.limit_records();
create or replace trigger t60_limit after insert on mappings for each statement execute function app.limit_records();
