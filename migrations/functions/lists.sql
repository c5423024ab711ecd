-- what an extension brings is new as well, and so is nobody's by default (0001)
grant execute on all functions in schema public to app_api, app_auth;
grant execute on function app.fold(text), app.searchable(text) to app_api, app_auth;
grant execute on function app.marks(text) to app_api, app_auth;

-- A record that matches a word has one of these marks: it begins a word, or is a name with a letter more, a letter
-- less, or one wrong or swapped. Others may have one as well; app.matches() has the last word.
create or replace function app.marks_of(word text) returns text[] immutable strict parallel safe language sql as $$
  select array[left(word, 24)] || case when word ~ '^[^0-9]{4,30}$' then array['|' || word] || array(
    select mark || left(word, place - 1) || substr(word, place + 1)
    from generate_series(1, length(word)) place, unnest(array['=', '|']) mark) end
$$;

-- The words of a search, each as a pattern: it begins a word of the text, or is one typo away from a word of the name,
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

-- A search over everybody's records. Under a policy none of this reaches an index, because it is not leakproof: these
-- have definer's rights and check the asker themselves. The index is read however much is expected to match, and by one
-- process: to compile the plan or to start others takes longer than most searches. What is executed is made of our own
-- expressions and of the words' places; the words themselves are parameters, of which PostgreSQL knows the values when
-- it plans. `keys` are the indexed texts of which one has to match each word, and together they have to match all.
create or replace function app.search(records regclass, keys text[], search text) returns setof bigint stable
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

create or replace function app.search_patients(search text) returns setof bigint stable security definer
set search_path = public, pg_temp language plpgsql as $$
begin
  if app.role() in ('doctor', 'admin') then
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
      select id from doctors where (created_by = app.user_id() or user_id = app.user_id())
        and app.matches(search_key || license_key, app.patterns(search));
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
  app.search_doctors(text), app.search_users(text) to app_api;
