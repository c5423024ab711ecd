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

-- app.note_use() takes its place; only functions called it
drop function app.note_device(bigint, text, boolean);
