-- Triggers of one table and moment run in the order of their names. From here on the name begins with a number that says
-- so, and functions/ makes them: the old ones go.
drop trigger guard on users;
drop trigger guard_login_names on users;
drop trigger touch on users;
drop trigger record on users;
drop trigger unlink on users;
drop trigger guard_email on users;
drop trigger verify_new on users;
drop trigger verify_changed on users;
drop trigger confirm_pending on users;
drop trigger forget_addresses on users;
drop trigger erase_name on users;
drop trigger sign on audit;
drop trigger keep_unlinked on doctors;
drop trigger guard on doctors;
drop trigger touch on doctors;
drop trigger weigh on doctors;
drop trigger record on doctors;
drop trigger stamp_tx on doctors;
drop trigger keep_unlinked on patients;
drop trigger keep_one_age on patients;
drop trigger touch on patients;
drop trigger weigh on patients;
drop trigger record on patients;
drop trigger stamp_tx on patients;
drop trigger record on invitations;
drop trigger record on mappings;
