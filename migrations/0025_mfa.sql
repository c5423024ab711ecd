-- The second factor of an account: a time-based code (RFC 6238), and recovery codes for a phone that is lost. Functions are in
-- functions/mfa.sql. These tables are the owner's: no role of the Worker reads or writes them but by those functions.

-- `secret` is the secret of the codes together with the random key under which the account's recovery codes are hashed. The
-- Worker has encrypted both with MFA_KEY, for this account only; `key_id` says with which MFA_KEY. A factor counts for nothing
-- before it is confirmed. `last_step` is the time step of the last code that counted: no code counts that is not newer.
-- `failures` are wrong codes of the last day: a right one clears them, and a right password does not.
create table app.factors (
  user_id bigint primary key references users on delete cascade,
  secret text not null,
  key_id text not null,
  created_at timestamptz(3) not null default now(),
  confirmed_at timestamptz(3),
  last_step bigint,
  failures timestamptz(3)[] not null default '{}',
  blocked_until timestamptz(3)
);
create index factors_key on app.factors (key_id);

-- Those that are left: the row of a code that was used is gone.
create table app.recovery_codes (
  user_id bigint not null references app.factors on delete cascade,
  hash text not null,
  primary key (user_id, hash)
);

-- What a login answers to somebody who still has to send a code is good for one session. Here are those that opened theirs,
-- until they would have expired.
create table app.used_otp_tokens (
  id text primary key,
  expires_at timestamptz(3) not null
);
create index used_otp_tokens_expiry on app.used_otp_tokens (expires_at);

-- Whether a code was given for this session. Functions with the owner's rights say so; the Worker's role cannot.
alter table sessions add mfa boolean not null default false;
revoke insert, update on sessions from app_auth;
grant insert (user_id, refresh_hash, user_agent, network, idle_until, expires_at),
  update (refresh_hash, parent_hash, rotation, arrived_at, network, user_agent, last_used_at, idle_until, expires_at)
  on sessions to app_auth;

-- Of a sign-in that is refused because of too many wrong codes: the seconds to wait.
alter type app.signed_in add attribute wait integer;

alter table mails drop constraint mails_purpose_check;
alter table mails add constraint mails_purpose_check check (purpose in (
  'reset', 'verify', 'change', 'undo', 'invitation', 'password_changed', 'new_device', 'token_replayed', 'new_admin',
  'role_changed', 'profile_changed', 'email_taken', 'emergency_access', 'factor_added', 'factor_removed', 'recovery_code_used'));
