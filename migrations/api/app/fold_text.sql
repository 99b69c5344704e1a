-- Folds a text for searching: the same word written another way becomes the same letters. Used for the stored search text
-- and for the query alike, so there is one rule. Changing it needs `update app.product set name = name` for every tenant.
--
-- Arabic: hamza forms, alef maqsura and ya, ta marbuta and ha, Persian kaf and ya, tatweel and harakat; Arabic-Indic and
-- Persian digits. Latin: lower case without accents. Everything else that is not a letter or digit parts words.
create or replace function app.fold_text(input text) returns text
language sql immutable parallel safe strict
set search_path = pg_catalog
as $$
  select btrim(regexp_replace(
    translate(
      regexp_replace(
        -- NFKD parts a letter from its marks (alef with madda is alef and a mark); the class drops marks and tatweel.
        normalize(lower(input), nfkd),
        U&'[\0300-\036F\0610-\061A\0640\064B-\065F\0670\06D6-\06DC\06DF-\06E8\06EA-\06ED\200B-\200F\0621]', '', 'g'),
      -- alef wasla, alef maqsura, ta marbuta, keheh, Farsi ya, then the digits of both Arabic scripts
      U&'\0671\0649\0629\06A9\06CC\0660\0661\0662\0663\0664\0665\0666\0667\0668\0669\06F0\06F1\06F2\06F3\06F4\06F5\06F6\06F7\06F8\06F9',
      U&'\0627\064A\0647\0643\064A' || '01234567890123456789'),
    '[^[:alnum:]]+', ' ', 'g'))
$$;
comment on function app.fold_text(text) is 'Folds a text for searching (Arabic letter forms, harakat, digits, case, accents).';
