create table users (
  id bigint generated always as identity primary key,
  name text not null,
  username text check (username not like '%@%'),
  -- by NFKC as well, or two usernames that look the same could be two people
  username_key text generated always as (lower(normalize(username, NFKC))) stored,
  email text check (email = lower(email)),
  -- when somebody used a link that was sent to this address; and the address that the account will have once its link is used
  email_verified_at timestamptz(3),
  pending_email text check (pending_email = lower(pending_email)),
  role text not null default 'user' check (role in ('user', 'patient', 'doctor', 'admin')),
  disabled_at timestamptz(3),
  erased_at timestamptz(3),
  -- Of an account that came from Django (0016_django.sql): since when it is here, when Django last saw it, and the words
  -- with which it signed in there where these are neither its email nor its username here, in lower case.
  imported_at timestamptz(3),
  last_login timestamptz(3),
  login_name text unique check (login_name = lower(login_name)),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  -- Django does not ask everybody for an email
  check (erased_at is not null or (username is not null and (email is not null or imported_at is not null)))
);
-- On plain columns, not on lower(...): under row level security only a leakproof comparison reaches an index.
create unique index users_email on users (email);
create unique index users_username on users (username_key);
create index users_admins on users (id) where role = 'admin';

alter table users enable row level security;
grant select, insert (name, username, email, role, email_verified_at),
  update (name, username, email, pending_email, disabled_at, erased_at, updated_at) on users to app_auth;
grant select, update (name, username, email, role, disabled_at, updated_at) on users to app_api;

-- Before sign-in user_id() is null, and app_auth sees every account; afterwards it sees the account that acts.
create policy auth on users for select to app_auth using (
  (select app.user_id()) is null or id = (select app.user_id()));
create policy register on users for insert to app_auth with check ((select app.user_id()) is null and role <> 'admin');
create policy erase on users for update to app_auth using (id = (select app.user_id()));
-- a `case`, for the reason that 0003_audit.sql gives
create policy read_own on users for select to app_api using (
  case (select app.role()) when 'admin' then true else id = (select app.user_id()) end);
create policy change_own on users for update to app_api
  using (id = (select app.user_id()) or (select app.role()) = 'admin');

-- Hashes have a table of their own, so that no query on accounts, however wrong, can return one.
create table credentials (
  user_id bigint primary key references users on delete cascade,
  password_hash text not null,
  updated_at timestamptz(3) not null default now()
);
alter table credentials enable row level security;
grant select, insert, update, delete on credentials to app_auth;
create policy auth on credentials to app_auth using (
  (select app.user_id()) is null or user_id = (select app.user_id()));

-- One row a device. Only hashes of refresh tokens are kept: of the current one and of the one that it replaced, its
-- parent. `arrived_at` is when a request first came with the access token of the current rotation, so that the client
-- surely has the pair: app.begin() notes it. `network` is where the current pair was asked for.
create table sessions (
  id bigint generated always as identity primary key,
  user_id bigint not null references users on delete cascade,
  refresh_hash text not null,
  parent_hash text,
  rotation integer not null default 1,
  arrived_at timestamptz(3) default now(),
  network text,
  user_agent text,
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3) not null default now(),
  idle_until timestamptz(3) not null,
  expires_at timestamptz(3) not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (least(idle_until, expires_at));
alter table sessions enable row level security;
grant select, insert, update, delete on sessions to app_auth;
create policy auth on sessions to app_auth using (
  (select app.user_id()) is null or user_id = (select app.user_id()));

-- What column grants cannot say: role and disabled are an admin's to set, or what an invitation gives; a new email counts
-- when its link was used, which nobody is signed in for; one admin always remains, and a role that stands for a record
-- needs that record. Definer's rights, because the asker may not see the rows this looks at.
create function app.guard_account() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if old.erased_at is not null then
    perform app.refuse('not_found');
  end if;
  if new.erased_at is not null then
    new.login_name := null; -- a name as well
  end if;
  if coalesce(app.role(), 'anonymous') not in ('admin', 'cli')
     and ((new.role <> old.role and not app.is_invited(new.id, new.role))
       or (new.disabled_at is distinct from old.disabled_at and new.erased_at is null)
       or (new.email is distinct from old.email and new.erased_at is null and app.role() is not null)) then
    perform app.refuse('wrong_role');
  end if;
  if old.role = 'admin' and old.disabled_at is null and (new.role <> 'admin' or new.disabled_at is not null) then
    -- two admins who demote each other at once must not both succeed
    perform pg_advisory_xact_lock(hashtext('wardbook: the last admin'));
    if not exists (select from users where role = 'admin' and disabled_at is null and id <> old.id) then
      perform app.refuse('last_admin');
    end if;
  end if;
  if new.role <> old.role and (
    (new.role = 'doctor' and not exists (select from doctors where user_id = new.id)) or
    (new.role = 'patient' and not exists (select from patients where user_id = new.id))) then
    perform app.refuse('no_linked_record');
  end if;
  -- Also when it is enabled again: a login that was under way when the account was disabled may have left a session that
  -- nobody saw, and would come alive.
  if (new.disabled_at is null) <> (old.disabled_at is null) then
    delete from sessions where user_id = new.id;
    perform app.end_django_tokens(new.id);
  end if;
  return new;
end $$;

create trigger guard before update of role, disabled_at, email on users for each row execute function app.guard_account();

-- The words that sign an account in are nobody else's to take: a login looks for them in all three columns, and must find
-- one account at most. With the owner's rights, because whoever registers sees no other account.
create function app.guard_login_names() returns trigger security definer set search_path = public, pg_temp
language plpgsql as $$
begin
  if exists (select from users where login_name = new.email and id <> new.id) then
    raise unique_violation using constraint = 'users_email';
  end if;
  if exists (select from users where login_name = lower(normalize(new.username, NFKC)) and id <> new.id) then
    raise unique_violation using constraint = 'users_username';
  end if;
  return new;
end $$;
create trigger guard_login_names before insert or update of username, email on users
  for each row execute function app.guard_login_names();
create trigger touch before update or delete on users for each row execute function app.touch();
create trigger record after insert or update or delete on users for each row execute function app.record_change('user');
