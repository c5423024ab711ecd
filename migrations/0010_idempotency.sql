-- What a POST with an Idempotency-Key answered, kept in the transaction of its effect, for a day.
create table idempotency_keys (
  actor_id bigint not null default app.user_id() references users on delete cascade,
  key text not null,
  route text not null,
  body_hash text not null,
  answer json, -- not jsonb, which would forget the order of its fields
  created_at timestamptz(3) not null default now(),
  primary key (actor_id, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);

alter table idempotency_keys enable row level security;
grant select, insert, update (answer), delete on idempotency_keys to app_api;
create policy own on idempotency_keys to app_api using (actor_id = (select app.user_id()));

-- Whoever inserts the key does the work. Everybody else waits here until that is committed, and is then told to read
-- the answer instead.
create function app.claim_key(claimed text, for_route text, hash text) returns void language plpgsql as $$
begin
  delete from idempotency_keys
  where actor_id = app.user_id() and key = claimed and created_at < now() - interval '24 hours';
  insert into idempotency_keys (key, route, body_hash) values (claimed, for_route, hash)
  on conflict (actor_id, key) do nothing;
  if not found then
    perform app.refuse('answered_before');
  end if;
end $$;
grant execute on function app.claim_key(text, text, text) to app_api;
