-- What came from a Django backend beside the records themselves. `npm run import:django` writes here, once.

-- One row for each import: of which file, and what it brought. Whether there were refresh tokens among it decides which
-- tokens of Django's count (below).
create table app.imports (
  id integer generated always as identity primary key,
  at timestamptz(3) not null default now(),
  checksum text not null,
  counts jsonb not null,
  has_tokens boolean not null
);
revoke all on app.imports from app_login, app_api, app_auth;

-- The refresh tokens that simplejwt had given out and that still count: their ids, never the tokens themselves. A
-- blacklisted one was logged out at Django, and stays out.
create table django_tokens (
  jti text primary key,
  user_id bigint not null references users on delete cascade,
  expires_at timestamptz(3) not null,
  blacklisted boolean not null default false
);
create index django_tokens_user on django_tokens (user_id);
alter table django_tokens enable row level security;
grant select, insert, update, delete on django_tokens to app_auth;
create policy auth on django_tokens to app_auth using (
  (select app.user_id()) is null or user_id = (select app.user_id()));

-- True when simplejwt kept a list of what it gave out: then a token that is not on it was made by somebody else. The
-- tables of app are the owner's, so this answers for them.
create function app.imports_have_tokens() returns boolean stable security definer set search_path = public, pg_temp
language sql as $$
  select exists (select from app.imports where has_tokens)
$$;
grant execute on function app.imports_have_tokens() to app_auth;
