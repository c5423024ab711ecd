-- Erases accounts that somebody registered more than so many days ago and never confirmed an address of, as their owners
-- could: twenty at a time, and how many. Those that are somebody's for another reason stay: an administrator's, one that the
-- command line, an invitation or an import made, one that had a confirmed address before, one that keeps records.
create or replace function app.erase_unconfirmed(days integer) returns bigint security definer set search_path = public, pg_temp
language plpgsql as $$
declare
  v_account bigint;
  v_erased bigint := 0;
begin
  for v_account in
    select u.id from users u
    where u.email_verified_at is null and u.erased_at is null and u.role <> 'admin' and u.imported_at is null
      and u.created_at < now() - make_interval(days => greatest(days, 1))
      and exists (
        select from audit a where a.resource = 'user' and a.resource_id = u.id and a.action = 'create' and a.actor_id = u.id)
      and not exists (
        select from audit a where a.resource = 'user' and a.resource_id = u.id
          and a.action in ('email_verified', 'email_changed', 'email_undone', 'password_reset'))
      and not exists (select from invitations i where i.user_id = u.id)
      and not exists (select from patients p where p.created_by = u.id)
      and not exists (select from doctors d where d.created_by = u.id)
    order by u.id limit 20 for update skip locked
  loop
    insert into audit (action, resource, resource_id) values ('never_confirmed', 'user', v_account);
    update users set name = 'Erased account', username = null, email = null, pending_email = null, disabled_at = now(),
      erased_at = now()
    where id = v_account;
    delete from credentials where user_id = v_account;
    v_erased := v_erased + 1;
  end loop;
  return v_erased;
end $$;
grant execute on function app.erase_unconfirmed(integer) to app_auth;
