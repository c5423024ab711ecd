-- Three roles, so that a mistake in the Worker cannot read more than the request was entitled to.
-- Roles belong to the whole cluster: another database on it may have made them already, or be making them now. One that
-- is there is taken as it is; `npm run migrate` refuses to go on when it may do more than these.
do $$ begin create role app_login login noinherit;
exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role app_api nologin;
exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role app_auth nologin;
exception when duplicate_object or unique_violation then null; end $$;

-- The Worker signs in as app_login, which inherits nothing: a query outside of app.begin() cannot name a table.
grant app_api, app_auth to app_login;

revoke all on schema public from public;
grant usage on schema public to app_api, app_auth;

-- Functions are granted one by one. PostgreSQL would let everybody call a new one.
create schema if not exists app;
alter default privileges revoke execute on functions from public;
grant usage on schema app to app_login, app_api, app_auth;
