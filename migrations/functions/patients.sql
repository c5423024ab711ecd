-- An age beside a date of birth would go stale: the date wins.
create or replace function app.keep_one_age() returns trigger language plpgsql as $$
begin
  if new.date_of_birth is not null then
    new.age := null;
  end if;
  return new;
end $$;

create or replace function app.age(date_of_birth date, age integer) returns integer stable parallel safe language sql
  return coalesce(extract(year from age((now() at time zone 'utc')::date, date_of_birth))::integer, age);
grant execute on function app.age(date, integer) to app_api;
create or replace trigger t10_keep_one_age before insert or update on patients for each row execute function app.keep_one_age();
create or replace trigger t80_touch before update or delete on patients for each row execute function app.touch();
create or replace trigger t90_weigh before insert or update on patients for each row execute function app.weigh();
create or replace trigger t50_record after insert or update or delete on patients
  for each row execute function app.record_change('patient');
