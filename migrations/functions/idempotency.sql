-- Whoever inserts the key does the work. Everybody else waits here until that is committed, and is then told to read
-- the answer instead.
create or replace function app.claim_key(claimed text, for_route text, hash text) returns void language plpgsql as $$
declare
  v_most integer := coalesce(nullif(current_setting('app.keys_per_account', true), '')::integer, 10000);
begin
  -- how many there may be the Worker says, in the transaction that claims one
  if v_most <= (select count(*) from (
    select from idempotency_keys where actor_id = app.user_id() and created_at > now() - interval '24 hours' limit v_most) k) then
    perform app.refuse('too_many_requests');
  end if;
  delete from idempotency_keys
  where actor_id = app.user_id() and key = claimed and created_at < now() - interval '24 hours';
  insert into idempotency_keys (key, route, body_hash) values (claimed, for_route, hash)
  on conflict (actor_id, key) do nothing;
  if not found then
    perform app.refuse('answered_before');
  end if;
end $$;
grant execute on function app.claim_key(text, text, text) to app_api;
