-- What the actor was called at that moment: whoever takes another name later must not have it in the past as well. An
-- approved doctor is called as the record says that was approved, because the account's name is the doctor's to choose, and
-- to take back. It is looked up with the owner's rights, and replaces what was given: nobody signs with a name that is not
-- theirs.
create or replace function app.sign_entry() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  v_name text;
begin
  if new.actor_role = 'doctor' then
    select d.name into v_name from doctors d where d.user_id = new.actor_id and d.approved;
  end if;
  new.actor_name := coalesce(v_name, (select name from users where id = new.actor_id));
  -- as app.weigh() does, but an entry is written with every read: only what may be long is counted
  new.bytes := 1500 + coalesce(octet_length(new.before::text), 0) + 2 * coalesce(octet_length(new.reason), 0) + 20 * cardinality(new.patient_ids);
  return new;
end $$;
create or replace trigger t10_sign before insert on audit for each row execute function app.sign_entry();

-- Changes are recorded by trigger, with the owner's rights, so that no code path can forget or forge them. A deletion keeps
-- the whole row, a change only the fields that are others afterwards, as they were. An update that changed nothing is no
-- change, but it is answered with the record: where a read leaves an entry, so does this.
create or replace function app.record_change() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  v_kind text := tg_argv[0];
  v_action text := coalesce(nullif(current_setting('app.action', true), ''),
    case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end);
  -- without what is only kept for sorting, searching and syncing, and can be computed again
  v_was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - array['name_key', 'specialization_key', 'username_key',
    'license_key', 'search_key', 'changed_tx', 'bytes'] end;
  v_now jsonb := case when tg_op = 'DELETE' then v_was else to_jsonb(new) end;
  v_id bigint := (v_now ->> 'id')::bigint;
begin
  if tg_op = 'UPDATE' then
    v_was := (select jsonb_object_agg(was.key, was.value) from jsonb_each(v_was) was
      where was.value is distinct from v_now -> was.key);
    if v_was is null then
      if v_kind <> 'patient' and (v_kind <> 'user' or v_id = app.user_id()) or coalesce(app.role(), 'cli') = 'cli' then
        return null;
      end if;
      v_action := 'read';
    end if;
  end if;
  insert into audit (actor_id, action, resource, resource_id, patient_ids, before)
  values (
    -- who registers is nobody yet: the new account is its own author
    case when app.role() is null then (v_now ->> case v_kind when 'user' then 'id' else 'user_id' end)::bigint
      else app.user_id() end,
    v_action,
    v_kind,
    v_id,
    case
      when v_kind = 'patient' then array[v_id]
      when v_now ->> 'patient_id' is not null then array[(v_now ->> 'patient_id')::bigint]
      -- an account has a patient's name and email, and whoever changes it is answered them
      when v_kind = 'user' then array(select p.id from patients p where p.user_id = v_id)
      else '{}' end,
    v_was
  );
  return null;
end $$;
