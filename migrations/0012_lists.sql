-- What long lists are sorted and searched by: text as a person would compare it, without case, accents or punctuation.
create extension if not exists unaccent;
create extension if not exists pg_trgm;
-- what an extension brings is new as well, and so is nobody's by default (0001)
grant execute on all functions in schema public to app_api, app_auth;

-- unaccent is only "stable", because its dictionary could be changed; ours is named, and stays as it is.
create function app.fold(value text) returns text immutable strict parallel safe language sql as $$
  select lower(public.unaccent('public.unaccent', value)) collate "C"
$$;
-- The words of a text, one space before each. Of ASCII only letters and digits are left, so that a word is safe in a
-- pattern.
create function app.searchable(value text) returns text immutable strict parallel safe language sql as $$
  select ' ' || regexp_replace(app.fold(value) collate "C", '[[:punct:][:space:]]+', ' ', 'g')
$$;
grant execute on function app.fold(text), app.searchable(text) to app_api, app_auth;

-- Sorting by `name_key collate "C"` compares bytes, which is leakproof and the same on every server. In a `search_key` the
-- name comes first, up to a `|`.
alter table patients
  add name_key text collate "C" not null generated always as (app.fold(name)) stored,
  add search_key text collate "C" not null generated always as (
    app.searchable(name) || ' |' ||
    app.searchable(coalesce(phone, '') || ' ' || coalesce(email, '') || ' ' || coalesce(address, ''))) stored;
alter table doctors
  add name_key text collate "C" not null generated always as (app.fold(name)) stored,
  add specialization_key text collate "C" not null generated always as (app.fold(specialization)) stored,
  add search_key text collate "C" not null generated always as (
    app.searchable(name || ' ' || specialization) || ' |' ||
    app.searchable(coalesce(contact_info, '') || ' ' || coalesce(license_number, ''))) stored;
alter table users
  add name_key text collate "C" not null generated always as (app.fold(name)) stored;

create index patients_name on patients (name_key, id);
create index patients_created_at on patients (created_at, id);
-- an owner's page by name: otherwise, of an owner with many patients, everybody's are read in order until enough are theirs
create index patients_own_name on patients (created_by, name_key, id);
create index patients_own_created_at on patients (created_by, created_at, id);
create index doctors_name on doctors (name_key, id);
create index doctors_specialization on doctors (specialization_key, id);
create index doctors_created_at on doctors (created_at, id);
create index mappings_created_at on mappings (created_at, id);
create index users_name on users (name_key, id);
create index users_created_at on users (created_at, id);

-- A name with a typo is found by what is left of its words when any one letter, or none, is left out: two words that are
-- one typo apart have one of these in common. Similarity by trigrams misses most swapped letters, and finds everybody
-- who has an address at the same company.
create function app.slips(search_key text) returns text[] immutable strict parallel safe language sql as $$
  select coalesce(array_agg(left(word, place - 1) || substr(word, place + 1)), '{}')
  from unnest(string_to_array(split_part(search_key, '|', 1), ' ')) word, generate_series(1, length(word) + 1) place
  where word ~ '^[^0-9]{3,30}$'
$$;
grant execute on function app.slips(text) to app_api, app_auth;
create index patients_search on patients using gin (search_key gin_trgm_ops);
create index patients_slips on patients using gin (app.slips(search_key));
create index doctors_search on doctors using gin (search_key gin_trgm_ops);
create index doctors_slips on doctors using gin (app.slips(search_key));

-- The words of a search, each as a pattern: it begins a word of the text, or is one typo away from a word of the name, by
-- a letter missing, wrong, too many or swapped with the next. Numbers and short words are meant as they are written.
create function app.patterns(search text) returns text[] immutable strict parallel safe language sql as $$
  select coalesce(
    array_agg(' ' || word || case when word ~ '^[^0-9]{4,30}$' then '|^[^|]* (' || typos || ')( |$)' else '' end), '{}')
  from unnest(string_to_array(trim(app.searchable(search)), ' ')) word, lateral (
    select string_agg(typo, '|') as typos
    from generate_series(0, length(word) - 1) place,
      lateral (select left(word, place) as head, substr(word, place + 1, 1) as letter, substr(word, place + 2) as tail) at,
      unnest(array[head || '[^ ]' || letter || tail, head || '[^ ]' || tail, head || tail,
        head || left(tail, 1) || letter || substr(tail, 2)]) typo) typos
$$;
create function app.matches(search_key text, words text[]) returns boolean immutable parallel safe language sql as $$
  select cardinality(words) > 0 and search_key ~ all (words)
$$;

-- A search over everybody's records. Under a policy none of this reaches an index, because it is not leakproof: these
-- have definer's rights and check the asker themselves. Planned for the very words, of which PostgreSQL knows the rare.
create function app.search(records regclass, search text) returns setof bigint stable
set search_path = public, pg_temp language plpgsql as $$
declare
  words text[] := string_to_array(trim(app.searchable(search)), ' ');
begin
  return query execute format('select id from %s where app.matches(search_key, $1)', records) || (
    -- nothing but punctuation is a search for nobody
    select coalesce(string_agg(format(' and (search_key like %L or app.slips(search_key) && %L)',
      '% ' || word || '%', app.slips(word)), ''), ' and false')
    from unnest(words) word) using app.patterns(search);
end $$;
create function app.search_patients(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() in ('doctor', 'admin') then
    return query select app.search('patients', search);
  end if;
end $$;
create function app.search_doctors(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() is not null then
    return query select app.search('doctors', search);
  end if;
end $$;
grant execute on function app.matches(text, text[]), app.patterns(text), app.search_patients(text), app.search_doctors(text)
to app_api;
