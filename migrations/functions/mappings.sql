-- The patients whose mappings the actor manages. With definer's rights, and as one array for the whole statement,
-- because a policy that runs a query for every row reads a large table row by row.
create or replace function app.own_patients() returns setof bigint stable security definer set search_path = public, pg_temp
language sql as $$
  select id from patients where created_by = app.user_id() and app.role() = 'user'
  union all
  select id from patients where user_id = app.user_id() and app.role() = 'patient'
$$;
grant execute on function app.own_patients() to app_api;
create or replace trigger t50_record after insert or delete on mappings for each row execute function app.record_change('mapping');
