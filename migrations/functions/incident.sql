-- Ends whatever lets somebody in without a password, for everybody at once; answers how much of each there was, which the
-- trail keeps as well. For the owner only: nothing is granted.
-- Links that undo a change of address stay unless they are asked for: they give an account back to whoever had it, and a
-- thief would only have to wait for this to keep it. So do mails that hold no link, by which people learn what happened.
create or replace function app.end_everything(with_invitations boolean, with_undo boolean) returns jsonb language plpgsql as $$
declare
  v_kept text[] := array_remove(array[case when not with_invitations then 'invitation' end, case when not with_undo then 'undo' end], null);
  v_silent text[] := array_remove(array['reset', 'verify', 'change', case when with_invitations then 'invitation' end,
    case when with_undo then 'undo' end], null);
  v_count bigint;
  v_ended jsonb := '{}';
begin
  perform app.only_for('cli');
  -- Whoever is just opening a session with a token of Django's has read this table: the lock waits for them, so that the
  -- session is there to be ended, and lets nobody else begin.
  lock table app.django_accounts in access exclusive mode;
  delete from app.django_accounts;
  get diagnostics v_count = row_count;
  v_ended := v_ended || jsonb_build_object('django_accounts', v_count);
  -- Not deleted: where the dump had no list of tokens, one that is not known here is one that may come.
  with ended as (update django_tokens set blacklisted = true where not blacklisted returning opened_at, expires_at)
  select count(*) into v_count from ended where opened_at is null and expires_at > now();
  v_ended := v_ended || jsonb_build_object('django_tokens', v_count);

  delete from sessions;
  get diagnostics v_count = row_count;
  v_ended := v_ended || jsonb_build_object('sessions', v_count);

  if with_invitations then
    update invitations set revoked_at = now() where accepted_at is null and revoked_at is null and expires_at > now();
    get diagnostics v_count = row_count;
    v_ended := v_ended || jsonb_build_object('invitations', v_count);
  else
    select count(*) into v_count from invitations i where app.is_open(i);
    v_ended := v_ended || jsonb_build_object('invitations_left', v_count);
  end if;

  -- before the links: of a mail that is being sent the Worker is just writing one
  delete from mails where sent_at is null and purpose = any (v_silent);
  get diagnostics v_count = row_count;
  v_ended := v_ended || jsonb_build_object('waiting_mails', v_count);
  delete from app.links where purpose <> all (v_kept);
  get diagnostics v_count = row_count;
  select v_ended || jsonb_build_object('links', v_count,
    'undo_links_left', (select count(*) from app.links where purpose = 'undo' and expires_at > now())) into v_ended;

  update users set pending_email = null where pending_email is not null;
  get diagnostics v_count = row_count;
  v_ended := v_ended || jsonb_build_object('pending_emails', v_count);

  insert into audit (action, resource, before) values ('everything_ended', 'session', v_ended);
  return v_ended;
end $$;
