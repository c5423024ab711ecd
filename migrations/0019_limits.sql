-- From where an account signs in, by a hash of the network: so that somebody who guesses its password elsewhere keeps nobody
-- waiting there, and its owner is told of a place that is new.
create table app.networks (
  user_id bigint not null references users on delete cascade,
  network_hash text not null,
  last_used_at timestamptz(3) not null default now(),
  primary key (user_id, network_hash)
);
revoke all on app.networks from app_login, app_api, app_auth;
-- those of now, or everybody would have a notice at the next login
insert into app.networks (user_id, network_hash, last_used_at)
select user_id, encode(sha256(convert_to(network, 'UTF8')), 'base64'), max(last_used_at)
from sessions where network is not null group by 1, 2;

-- Whose account was meant, where there is one: what was typed is here as a hash only, and a new password has to forgive it.
alter table guesses add column user_id bigint;
create index guesses_user on guesses (user_id) where user_id is not null;

-- Who asked for a new password, by a hash of the network; why a mail waits although nothing failed; and whether an
-- administrator has sent it all the same.
alter table mails
  drop constraint mails_purpose_check,
  add constraint mails_purpose_check check (purpose in (
    'reset', 'verify', 'change', 'undo', 'invitation', 'password_changed', 'new_device', 'token_replayed', 'new_admin',
    'role_changed', 'profile_changed', 'email_taken')),
  add asker text,
  add held text check (held in ('address', 'deployment')),
  add released boolean not null default false;

-- The mails of a day, by a hash of the address: what goes to one address has a limit, and so has what goes out in all. Not
-- counted in mails, because those of an account go with it, and whoever opens accounts only to send mails erases them.
create table app.sent_mails (
  id bigint generated always as identity primary key,
  recipient_hash text not null,
  -- whether somebody who has nothing to do with the recipient may have called for it
  by_others boolean not null,
  at timestamptz(3) not null default now()
);
create index sent_mails_recipient on app.sent_mails (recipient_hash, at);
create index sent_mails_at on app.sent_mails (at);
revoke all on app.sent_mails from app_login, app_api, app_auth;

-- app.note_use() takes its place; only functions called it
drop function app.note_device(bigint, text, boolean);
-- and app.account_who_asked() that of this one
drop function app.account_to_reset(mails);
