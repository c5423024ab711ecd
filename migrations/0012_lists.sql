-- What long lists are sorted and searched by: text as a person would compare it, without case, accents or punctuation.
create extension if not exists unaccent;
create extension if not exists pg_trgm;
-- what an extension brings is new as well, and so is nobody's by default (0001)
grant execute on all functions in schema public to app_api, app_auth;

-- unaccent is only "stable", because its dictionary could be changed; ours is named, and stays as it is.
create function app.fold(value text) returns text immutable strict parallel safe language sql as $$
  select lower(public.unaccent('public.unaccent', value)) collate "C"
$$;
create function app.searchable(value text) returns text immutable strict parallel safe language sql as $$
  select ' ' || translate(app.fold(value), $p$.,;:-_'"@/()+&%\$p$, repeat(' ', 16))
$$;
grant execute on function app.fold(text), app.searchable(text) to app_api, app_auth;

-- Sorting by `name_key collate "C"` compares bytes, which is leakproof and the same on every server.
alter table patients
  add name_key text collate "C" not null generated always as (app.fold(name)) stored,
  add search_key text collate "C" not null generated always as (
    app.searchable(name || ' ' || coalesce(phone, '') || ' ' || coalesce(email, '') || ' ' || coalesce(address, ''))) stored;
alter table doctors
  add name_key text collate "C" not null generated always as (app.fold(name)) stored,
  add specialization_key text collate "C" not null generated always as (app.fold(specialization)) stored,
  add search_key text collate "C" not null generated always as (
    app.searchable(name || ' ' || specialization || ' ' || coalesce(contact_info, '') || ' ' || coalesce(license_number, ''))
  ) stored;
alter table users
  add name_key text collate "C" not null generated always as (app.fold(name)) stored;

create index patients_name on patients (name_key, id);
create index patients_created_at on patients (created_at, id);
create index patients_search on patients using gin (search_key gin_trgm_ops);
create index doctors_name on doctors (name_key, id);
create index doctors_specialization on doctors (specialization_key, id);
create index doctors_search on doctors using gin (search_key gin_trgm_ops);

-- Every word of the search begins a word of the text, or is a typo away from one.
create function app.matches(text_key text, words text[]) returns boolean immutable parallel safe
set pg_trgm.word_similarity_threshold = 0.45 language sql as $$
  select coalesce(bool_and(text_key like '% ' || word || '%' or (length(word) > 3 and word <% text_key)), false)
  from unnest(words) word
$$;
create function app.words(search text) returns text[] immutable strict parallel safe language sql as $$
  select coalesce(array_agg(word), '{}') from unnest(string_to_array(app.searchable(search), ' ')) word where word <> ''
$$;

-- A search over everybody's records. Under a policy `like` and `<%` never reach an index, since they are not leakproof:
-- this has definer's rights, checks the asker itself, and finds by its longest word, which is the rarest as a rule.
create function app.search_patients(search text) returns setof bigint stable security definer
set search_path = public, pg_temp set pg_trgm.word_similarity_threshold = 0.45 language plpgsql as $$
declare
  words text[] := app.words(search);
  longest text := (select word from unnest(words) word order by length(word) desc limit 1);
begin
  if app.role() not in ('doctor', 'admin') or app.role() is null then
    return;
  end if;
  return query
    with found as materialized (
      select p.id, p.search_key from patients p
      where p.search_key like '% ' || longest || '%' or (length(longest) > 3 and longest <% p.search_key)
    )
    select found.id from found where app.matches(found.search_key, words);
end $$;
create function app.search_doctors(search text) returns setof bigint stable security definer
set search_path = public, pg_temp set pg_trgm.word_similarity_threshold = 0.45 language plpgsql as $$
declare
  words text[] := app.words(search);
  longest text := (select word from unnest(words) word order by length(word) desc limit 1);
begin
  if app.role() is null then
    return;
  end if;
  return query
    with found as materialized (
      select d.id, d.search_key from doctors d
      where d.search_key like '% ' || longest || '%' or (length(longest) > 3 and longest <% d.search_key)
    )
    select found.id from found where app.matches(found.search_key, words);
end $$;
grant execute on function app.matches(text, text[]), app.words(text), app.search_patients(text), app.search_doctors(text)
to app_api;
