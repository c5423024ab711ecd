-- Removes what has expired. Anybody may ask for it, because it takes nothing that still counts.
create or replace function app.sweep() returns table (sessions bigint, keys bigint, guesses bigint, names bigint, mails bigint)
security definer set search_path = public, pg_temp language sql as $$
  with s as (delete from sessions where least(idle_until, expires_at) < now() returning 1),
    t as (delete from django_tokens where expires_at < now()),
    k as (delete from idempotency_keys where created_at < now() - interval '24 hours' returning 1),
    g as (delete from guesses where forget_at < now() returning 1)
  select (select count(*) from s), (select count(*) from k), (select count(*) from g),
    app.take_out_rest(), app.sweep_mails()
$$;
grant execute on function app.sweep() to app_auth;
