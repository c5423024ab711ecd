-- what an extension brings is new as well, and so is nobody's by default (0001)
grant execute on all functions in schema public to app_api, app_auth;
grant execute on function app.fold(text), app.searchable(text) to app_api, app_auth;
grant execute on function app.marks(text) to app_api, app_auth;

-- A record that matches a word has one of these marks: it begins a word, or is a name with a letter more, a letter less, or
-- one wrong, swapped or in another place.
create or replace function app.marks_of(word text) returns text[] immutable strict parallel safe language sql as $$
  select array[left(word, 24)] || case when word ~ '^[^0-9]{4,24}$' then array['|' || word] || array(
    select mark || left(word, place - 1) || substr(word, place + 1)
    from generate_series(1, length(word)) place, unnest(array['=', '|']) mark) end
$$;

-- For the previous Worker, which compares an owner's patients row by row. The words of a search, each as a pattern: it begins a word of the text, or is one typo away from a word of the name,
-- by a letter missing, wrong, too many or swapped with the next. Numbers and short words are meant as they are written.
create or replace function app.patterns(search text) returns text[] immutable strict parallel safe language sql as $$
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

create or replace function app.matches(search_key text, words text[]) returns boolean immutable parallel safe language sql as $$
  select cardinality(words) > 0 and search_key ~ all (words)
$$;

-- What of a record each word of a search has to match: one of the indexed texts that are `keys`, by its marks. The index says
-- all there is to say, and nothing is compared row by row: patterns with the typos of long words took a millisecond a row,
-- and whoever filled a list with such names kept everybody waiting who searched it. Only of words that are longer than a
-- mark the rest is compared. The text is made of our own expressions and of the words' places; the words are parameters.
-- A search without words, for example of nothing but punctuation, finds nobody.
create or replace function app.conditions(keys text[], words text[]) returns text immutable strict language sql as $$
  select coalesce(string_agg(format(' and (%s)', (
    select string_agg(format('app.marks(%s) && app.marks_of($1[%s])', key, place)
      || case when length(words[place]) > 24 then format($q$ and strpos(%s, ' ' || $1[%s]) > 0$q$, key, place) else '' end,
      ' or ')
    from unnest(keys) key)), ''), ' and false')
  from generate_subscripts(words, 1) place
$$;

-- A search over everybody's records. Under a policy none of this reaches an index, because it is not leakproof: these
-- have definer's rights and check the asker themselves. The index is read however much is expected to match, and by one
-- process: to compile the plan or to start others takes longer than most searches.
create or replace function app.search(records regclass, keys text[], search text) returns setof bigint stable
set search_path = public, pg_temp set enable_seqscan = off set jit = off set max_parallel_workers_per_gather = 0
language plpgsql as $$
declare
  v_words text[] := string_to_array(trim(app.searchable(search)), ' ');
begin
  return query execute format('select id from %s where true', records) || app.conditions(keys, v_words) using v_words;
end $$;

-- A search over what is the asker's: a user's own patients, a doctor's assigned ones. Few are looked at one by one, because
-- the index would find everybody's; of many it is the other way round.
create or replace function app.search_own(search text) returns setof bigint stable security definer
set search_path = public, pg_temp set enable_seqscan = off set jit = off set max_parallel_workers_per_gather = 0
language plpgsql as $$
declare
  v_few constant integer := 1000;
  v_words text[] := string_to_array(trim(app.searchable(search)), ' ');
  v_own bigint[];
begin
  if app.role() = 'user' then
    v_own := array(select p.id from patients p where p.created_by = app.user_id() limit v_few + 1);
  elsif app.role() = 'doctor' then
    v_own := array(
      select m.patient_id from mappings m
      where m.doctor_id = app.doctor_id() and coalesce(m.expires_at, 'infinity') > now() limit v_few + 1);
  else
    return;
  end if;
  if cardinality(v_own) <= v_few and app.role() = 'user' then
    -- they lie together, and to look each up by its id would take as many walks through the index as there are
    return query execute 'select id from patients where created_by = $2' || app.conditions('{search_key}', v_words)
      using v_words, app.user_id();
  elsif cardinality(v_own) <= v_few then
    return query execute 'select id from patients where id = any ($2)' || app.conditions('{search_key}', v_words)
      using v_words, v_own;
  elsif app.role() = 'user' then
    -- an array, because a join reads all that are the asker's to find the few among them
    return query select p.id from patients p
      where p.id = any (array(select app.search('patients', '{search_key}', search))) and p.created_by = app.user_id();
  else
    return query select m.patient_id from app.search('patients', '{search_key}', search) hit
      join mappings m on m.patient_id = hit
      where m.doctor_id = app.doctor_id() and coalesce(m.expires_at, 'infinity') > now();
  end if;
end $$;

create or replace function app.search_patients(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() = 'admin' or app.sees_all_patients() then
    return query select app.search('patients', '{search_key}', search);
  end if;
end $$;

-- By the license number only those find a doctor who are shown it: admins, its creator, and its own account.
create or replace function app.search_doctors(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() = 'admin' then
    return query select app.search('doctors', array['search_key', ''' |'' || license_key'], search);
  elsif app.role() is not null then
    return query
      select app.search('doctors', '{search_key}', search)
      union
      select d.id from app.search('doctors', array['search_key', ''' |'' || license_key'], search) hit
      join doctors d on d.id = hit where d.created_by = app.user_id() or d.user_id = app.user_id();
  end if;
end $$;

create or replace function app.search_users(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() = 'admin' then
    return query select app.search('users', '{search_key}', search);
  end if;
end $$;
grant execute on function app.matches(text, text[]), app.patterns(text), app.search_patients(text),
  app.search_own(text), app.search_doctors(text), app.search_users(text) to app_api;
