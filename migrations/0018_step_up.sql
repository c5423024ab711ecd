-- When the account's password was last given in this session. What is hardest to undo asks for it within ten minutes, so
-- that a phone which lies about unlocked is not enough: app.needs_step_up() has the rest.
alter table sessions add stepped_up_at timestamptz(3);

alter table mails drop constraint mails_purpose_check;
alter table mails add constraint mails_purpose_check check (purpose in (
  'reset', 'verify', 'change', 'undo', 'invitation', 'password_changed', 'new_device', 'token_replayed', 'new_admin',
  'role_changed', 'profile_changed'));

-- What a username looks like, in the sense of Unicode's UTS #39: of two that have the same skeleton one can pass for the
-- other. Letters and digits become the Latin ones that they are drawn like; as it is shown, because a capital I is an l
-- and a small i is not. One line a script: digits, Latin, Greek, Cyrillic, Armenian, Cherokee. Scripts are not mixed in one
-- username (src/accounts/table.ts), and those that are not here look like no other. Indexed, so that a change of this is a
-- migration that makes the index anew. On an expression and not unique: accounts that look alike already stay as they
-- are, and app.guard_login_names() refuses new ones.
create function app.skeleton(username text) returns text immutable strict parallel safe language sql as $$
  select lower(replace(translate(normalize(normalize(username, NFKC), NFD),
    '01٥۵०০੦૦୦௦౦೦൦๐໐၀١۱' ||
    'IıɩɪǀƖɑɡȷʋʏᴏᴄᴜᴠᴡᴢꜱĸ' ||
    'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧͿαγικνορσυϳ' ||
    'АВСЕНІЈКМОРЅТХУҮԌԜѴӀЬасԁеһіјкӏорԛѕѵԝхуүгь' ||
    'օոսհցզգյՕՏՍԼ' ||
    'ᎠᎡᎢᎪᎫᎬᎳᎷᎻᏀᏃᏏᏒᏔᏚᏙᏞᏟᏢᏦᏴᎩ',
    'olooooooooooooooll' ||
    'liiillagjvyocuvwzsk' ||
    'ABEZHlKMNOPTYXJayikvopouj' ||
    'ABCEHlJKMOPSTXYYGWVlbacdehijklopqsvwxyyrb' ||
    'onuhgqqjOSUL' ||
    'DRTAJEWMHGZbRWSVLCPKBY'), 'm', 'rn'))
$$;
grant execute on function app.skeleton(text) to app_api, app_auth;
create index users_skeleton on users (app.skeleton(username));
