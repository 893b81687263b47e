-- What came beside the first rules of privacy: mails about accounts, imports, and the mail with the link to a copy of one's data.

drop function users.mint_export_token(uuid, interval);
-- The mail with the link: puts the hash of its secret in its place, where the one of an earlier mail becomes void. Called again for a mail
-- that has gone out it says nothing, and leaves the link that is in it alone.
create function users.open_export_mail(export_id uuid, event uuid, secret_hash bytea) returns table (email text, display_name text)
  language plpgsql security definer set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  if exists (select from platform.mails m where m.event_id = event and m.sent_at is not null) then
    return;
  end if;
  return query
    update users.data_exports e set token_hash = secret_hash, token_expires_at = e.expires_at
    from users.users u
    where e.id = export_id and u.id = e.user_id and u.status = 'ACTIVE' and u.email is not null and e.state = 'READY' and e.expires_at > clock_timestamp()
    returning u.email, u.display_name;
end
$$;
revoke all on function users.open_export_mail(uuid, uuid, bytea) from public;
grant execute on function users.open_export_mail(uuid, uuid, bytea) to martgraph_relay;

create or replace function catalog.erase_person(person uuid) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  perform set_config('martgraph.erasing', 'yes', true);
  update catalog.stock_movements m set actor = 'user:erased' where m.actor = 'user:' || person;
  update catalog.prices p set changed_by = 'user:erased' where p.changed_by = 'user:' || person;
  delete from catalog.idempotency_keys i where i.actor = 'user:' || person;
  -- The stars stay, the words go, and what was answered to them. Nobody can tell any more which reviews belong together.
  update catalog.reviews r set user_id = gen_random_uuid(), title = null, body = null, display_name = null, reply = null, replied_at = null, reason = null, version = r.version + 1 where r.user_id = person;
  update catalog.reviews r set moderated_by = null where r.moderated_by = person;
  delete from catalog.review_votes v where v.user_id = person;
  delete from catalog.wishlists w where w.user_id = person;
  -- Files that were brought in are deleted by age; whose they were is known no more.
  update catalog.import_files f set owner_id = '00000000-0000-0000-0000-000000000000', name = '[erased]' where f.owner_id = person;
  update catalog.import_jobs j set owner_id = '00000000-0000-0000-0000-000000000000', name = '[erased]' where j.owner_id = person;
end
$$;

create function catalog.erase_from_reports(person_email text, person_ref text) returns void
  language sql security definer set search_path = pg_catalog
as $$
  update catalog.import_report_rows r set key = '[erased]' where r.key = person_ref or lower(r.key) = person_email
$$;
revoke all on function catalog.erase_from_reports(text, text) from public;

create or replace function users.erase_everywhere(person uuid, at timestamptz) returns uuid
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  known record;
  entry uuid;
begin
  select u.email, u.external_ref into known from users.users u where u.id = person and u.erased_at is null for update;
  if not found then
    return null;
  end if;
  perform catalog.erase_person(person), catalog.erase_from_reports(known.email, known.external_ref), events.erase_person(person),
    platform.erase_person(person, orders.erase_person(person), known.email, known.external_ref, false), users.erase_person(person);
  -- Mails that were asked for by the address alone; of one that somebody else claims too, theirs may be asked for again.
  delete from users.account_mail_requests q where q.email = known.email;
  insert into users.erasures as e (user_hash, erased_at) values (users.erasure_hash(person), at)
    on conflict (user_hash) do update set settled_at = null returning e.id into entry;
  return entry;
end
$$;

create or replace function catalog.export_person(person uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object('imports', (select coalesce(jsonb_agg(jsonb_build_object('name', j.name, 'task', j.task, 'state', j.state, 'created_at', j.created_at) order by j.created_at), '[]')
    from catalog.import_jobs j where j.owner_id = person),
    'reviews', (select coalesce(jsonb_agg(to_jsonb(r) - array['user_id', 'moderated_by'] order by r.created_at), '[]') from catalog.reviews r where r.user_id = person),
    'helpful_votes', (select coalesce(jsonb_agg(v.review_id order by v.voted_at), '[]') from catalog.review_votes v where v.user_id = person),
    'wishlists', (select coalesce(jsonb_agg(to_jsonb(w) - array['user_id', 'share_key'] || jsonb_build_object(
        'items', (select coalesce(jsonb_agg(to_jsonb(i) - 'wishlist_id' order by i.added_at), '[]') from catalog.wishlist_items i where i.wishlist_id = w.id)) order by w.created_at), '[]')
      from catalog.wishlists w where w.user_id = person))
$$;
