-- Whose a patient's record was before: the account left it, or the record was deleted. So the account's own access log goes
-- on telling who looked until then, and its phone is told to forget the record. Without a reference to patients, because
-- this stays when a record goes.
create table app.former_patients (
  user_id bigint not null references users on delete cascade,
  patient_id bigint not null,
  until timestamptz(3) not null default now(),
  tx bigint not null default app.tx(),
  primary key (user_id, patient_id)
);
revoke all on app.former_patients from app_login, app_api, app_auth;

-- Those whose records were deleted before this table was there.
insert into app.former_patients (user_id, patient_id, until, tx)
select distinct on (u.id, a.resource_id) u.id, a.resource_id, a.at, a.tx
from audit a join users u on u.id = (a.before ->> 'user_id')::bigint and u.erased_at is null
where a.action = 'delete' and a.resource = 'patient'
  and not exists (select from patients p where p.id = a.resource_id and p.user_id = u.id)
order by u.id, a.resource_id, a.id desc;

-- A doctor may decline: anybody who keeps records can assign a patient to any doctor.
alter policy unassign on mappings using (
  case (select app.role())
    when 'admin' then true
    when 'user' then patient_id = any (array(select app.own_patients()))
    when 'doctor' then doctor_id = (select app.doctor_id())
    else false end);
