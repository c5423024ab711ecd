-- What long lists are sorted and searched by: text as a person would compare it, without case, accents or punctuation.
create extension if not exists unaccent;
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

-- Sorting by `name_key collate "C"` compares bytes, which is leakproof and the same on every server. In a `search_key`
-- the name comes first, up to a `|`.
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
    app.searchable(coalesce(contact_info, ''))) stored,
  -- apart from the rest, because not everybody may find a doctor by it: whoever can search for a text learns it
  add license_key text collate "C" not null generated always as (app.searchable(coalesce(license_number, ''))) stored;
alter table users
  add name_key text collate "C" not null generated always as (app.fold(name)) stored,
  add search_key text collate "C" not null generated always as (
    app.searchable(name || ' ' || coalesce(username, '')) || ' |' || app.searchable(coalesce(email, ''))) stored;

create index patients_name on patients (name_key, id);
create index patients_created_at on patients (created_at, id);
-- an owner's page by name: otherwise, of an owner with many patients, everybody's are read in order until enough are
-- theirs
create index patients_own_name on patients (created_by, name_key, id);
create index patients_own_created_at on patients (created_by, created_at, id);
create index doctors_name on doctors (name_key, id);
create index doctors_specialization on doctors (specialization_key, id);
create index doctors_created_at on doctors (created_at, id);
create index mappings_created_at on mappings (created_at, id);
create index users_name on users (name_key, id);
create index users_created_at on users (created_at, id);

-- What a record is found by: every beginning of its words; the words of its name, as `=word`; and what is left of these
-- when one letter is left out, as `|wrd`. Two words that are one typo apart have one of these in common. Beginnings are
-- written down, so that a word is one sorted list of the index however many words begin with it: two such lists are cut
-- in milliseconds. Trigrams would find too much, which then has to be read. No word begins with punctuation.
create function app.marks(search_key text) returns text[] immutable strict parallel safe language sql as $$
  select array(
    select left(word, place)
    from unnest(string_to_array(search_key, ' ')) word, generate_series(1, least(length(word), 24)) place
    where word <> '|'
    union all
    select unnest(array['=' || word] || array(
      select '|' || left(word, place - 1) || substr(word, place + 1) from generate_series(1, length(word)) place))
    from unnest(string_to_array(split_part(search_key, '|', 1), ' ')) word
    where length(word) between 3 and 31)
$$;
grant execute on function app.marks(text) to app_api, app_auth;
create index patients_marks on patients using gin (app.marks(search_key));
create index doctors_marks on doctors using gin (app.marks(search_key));
create index doctors_license_marks on doctors using gin (app.marks(' |' || license_key));
create index users_marks on users using gin (app.marks(search_key));

-- A record that matches a word has one of these marks: it begins a word, or is a name with a letter more, a letter
-- less, or one wrong or swapped. Others may have one as well; app.matches() has the last word.
create function app.marks_of(word text) returns text[] immutable strict parallel safe language sql as $$
  select array[left(word, 24)] || case when word ~ '^[^0-9]{4,30}$' then array['|' || word] || array(
    select mark || left(word, place - 1) || substr(word, place + 1)
    from generate_series(1, length(word)) place, unnest(array['=', '|']) mark) end
$$;

-- The words of a search, each as a pattern: it begins a word of the text, or is one typo away from a word of the name,
-- by a letter missing, wrong, too many or swapped with the next. Numbers and short words are meant as they are written.
create function app.patterns(search text) returns text[] immutable strict parallel safe language sql as $$
  select coalesce(
    array_agg(' ' || word || case when word ~ '^[^0-9]{4,30}$' then '|^[^|]* (' || typos || ')( |$)' else '' end), '{}')
  from unnest(string_to_array(trim(app.searchable(search)), ' ')) word, lateral (
    select string_agg(typo, '|') as typos
    from generate_series(0, length(word) - 1) place,
      lateral (
        select left(word, place) as head, substr(word, place + 1, 1) as letter, substr(word, place + 2) as tail) at,
      unnest(array[head || '[^ ]' || letter || tail, head || '[^ ]' || tail, head || tail,
        head || left(tail, 1) || letter || substr(tail, 2)]) typo) typos
$$;
create function app.matches(search_key text, words text[]) returns boolean immutable parallel safe language sql as $$
  select cardinality(words) > 0 and search_key ~ all (words)
$$;

-- A search over everybody's records. Under a policy none of this reaches an index, because it is not leakproof: these
-- have definer's rights and check the asker themselves. The index is read however much is expected to match, and by one
-- process: to compile the plan or to start others takes longer than most searches. What is executed is made of our own
-- expressions and of the words' places; the words themselves are parameters, of which PostgreSQL knows the values when
-- it plans. `keys` are the indexed texts of which one has to match each word, and together they have to match all.
create function app.search(records regclass, keys text[], search text) returns setof bigint stable
set search_path = public, pg_temp set enable_seqscan = off set jit = off set max_parallel_workers_per_gather = 0
language plpgsql as $$
declare
  words text[] := string_to_array(trim(app.searchable(search)), ' ');
begin
  return query execute
    format('select id from %s where app.matches(%s, $1)', records, array_to_string(keys, ' || ')) || (
    -- a search without words, for example of nothing but punctuation, finds nobody
    select coalesce(string_agg(format(' and (%s)', (
      select string_agg(format('app.marks(%s) && app.marks_of($2[%s])', key, place), ' or ')
      from unnest(keys) key)), ''), ' and false')
    from generate_subscripts(words, 1) place) using app.patterns(search), words;
end $$;
create function app.search_patients(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() in ('doctor', 'admin') then
    return query select app.search('patients', '{search_key}', search);
  end if;
end $$;
-- By the license number only those find a doctor who are shown it: admins, its creator, and its own account.
create function app.search_doctors(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() = 'admin' then
    return query select app.search('doctors', array['search_key', ''' |'' || license_key'], search);
  elsif app.role() is not null then
    return query
      select app.search('doctors', '{search_key}', search)
      union
      select id from doctors where (created_by = app.user_id() or user_id = app.user_id())
        and app.matches(search_key || license_key, app.patterns(search));
  end if;
end $$;
create function app.search_users(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() = 'admin' then
    return query select app.search('users', '{search_key}', search);
  end if;
end $$;
grant execute on function app.matches(text, text[]), app.patterns(text), app.search_patients(text),
  app.search_doctors(text), app.search_users(text) to app_api;
