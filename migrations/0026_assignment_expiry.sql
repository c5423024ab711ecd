-- An assignment may end by itself. What has run out stays as a row and is seen by nobody; assigning again replaces it.
alter table mappings add expires_at timestamptz(3);
create index mappings_expires_at on mappings (expires_at) where expires_at is not null;

-- app.own_patients() looks past this policy, and asks for the same
alter policy read_mapping on mappings using (
  coalesce(expires_at, 'infinity') > now()
  and case when (select app.role() = 'admin' or app.sees_all_patients()) then true
    else patient_id in (select app.own_patients()) end);
