-- Removes what has expired, one kind at a time and no more than `most` of it, so that each call is short; whether there may be
-- more. Anybody may ask for it, because it takes nothing that still counts. What somebody else is using right now is left for the
-- next time.
create or replace function app.sweep_part(part text, most integer) returns table (removed bigint, more boolean)
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  case part
    when 'sessions' then
      delete from sessions where id in (
        select s.id from sessions s where least(s.idle_until, s.expires_at) < now() limit most for update skip locked);
    when 'keys' then
      delete from idempotency_keys where (actor_id, key) in (
        select k.actor_id, k.key from idempotency_keys k where k.created_at < now() - interval '24 hours'
        limit most for update skip locked);
    when 'guesses' then
      delete from guesses where key in (
        select g.key from guesses g where g.forget_at < now() limit most for update skip locked);
    when 'django_tokens' then
      delete from django_tokens where jti in (
        select t.jti from django_tokens t where t.expires_at < now() limit most for update skip locked);
    when 'lookups' then
      delete from app.emergency_lookups where id in (
        select l.id from app.emergency_lookups l where l.at < now() - interval '2 days' limit most for update skip locked);
    when 'otp_tokens' then
      delete from app.used_otp_tokens where id in (
        select t.id from app.used_otp_tokens t where t.expires_at < now() limit most for update skip locked);
    when 'mails' then
      return query select app.sweep_mails(), false;
      return;
    when 'names' then
      return query select n.taken, n.more from app.take_out_some(most) n;
      return;
    else
      perform app.refuse('not_found');
  end case;
  get diagnostics removed = row_count;
  more := removed >= most;
  return next;
end $$;
grant execute on function app.sweep_part(text, integer) to app_auth;

-- All of it at once, for the previous Worker.
create or replace function app.sweep() returns table (sessions bigint, keys bigint, guesses bigint, names bigint, mails bigint)
security definer set search_path = public, pg_temp language plpgsql as $$
begin
  sessions := (select removed from app.sweep_part('sessions', 10000));
  keys := (select removed from app.sweep_part('keys', 10000));
  guesses := (select removed from app.sweep_part('guesses', 10000));
  perform app.sweep_part('django_tokens', 10000);
  names := (select removed from app.sweep_part('names', 10000));
  mails := (select removed from app.sweep_part('mails', 10000));
  return next;
end $$;
grant execute on function app.sweep() to app_auth;
