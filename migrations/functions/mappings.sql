-- The patients who are the asker's own: those that a user made, the patient's own record, and those who are assigned to a
-- doctor who does not see all. With definer's rights, and as one array for the whole statement,
-- because a policy that runs a query for every row reads a large table row by row.
create or replace function app.own_patients() returns setof bigint stable security definer set search_path = public, pg_temp
language sql as $$
  select id from patients where created_by = app.user_id() and app.role() = 'user'
  union all
  select id from patients where user_id = app.user_id() and app.role() = 'patient'
  union all
  select patient_id from mappings
  where doctor_id = app.doctor_id() and coalesce(expires_at, 'infinity') > now() and not app.sees_all_patients()
$$;
grant execute on function app.own_patients() to app_api;
-- A pair that has run out makes room for the same pair. With the owner's rights, because nobody sees what has run out.
create or replace function app.replace_expired() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  delete from mappings
  where patient_id = new.patient_id and doctor_id = new.doctor_id and expires_at <= now();
  return new;
end $$;
create or replace trigger t10_replace_expired before insert on mappings for each row execute function app.replace_expired();
create or replace trigger t50_record after insert or delete on mappings for each row execute function app.record_change('mapping');
