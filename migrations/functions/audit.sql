-- What the actor was called at that moment: a doctor who takes another name later must not have it in the past as well.
-- It is looked up with the owner's rights, and replaces what was given: nobody signs with a name that is not theirs.
create or replace function app.sign_entry() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  new.actor_name := (select name from users where id = new.actor_id);
  -- as app.weigh() does, but an entry is written with every read: only what may be long is counted
  new.bytes := 1500 + coalesce(octet_length(new.before::text), 0) + 20 * cardinality(new.patient_ids);
  return new;
end $$;
create or replace trigger t10_sign before insert on audit for each row execute function app.sign_entry();

-- Changes are recorded by trigger, with the owner's rights, so that no code path can forget or forge them.
create or replace function app.record_change() returns trigger security definer set search_path = public, pg_temp
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
