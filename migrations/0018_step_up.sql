-- When the account's password was last given in this session. What is hardest to undo asks for it within ten minutes, so
-- that a phone which lies about unlocked is not enough: app.needs_step_up() has the rest.
alter table sessions add stepped_up_at timestamptz(3);

alter table mails drop constraint mails_purpose_check;
alter table mails add constraint mails_purpose_check check (purpose in (
  'reset', 'verify', 'change', 'undo', 'invitation', 'password_changed', 'new_device', 'token_replayed', 'new_admin',
  'role_changed', 'profile_changed'));
