-- E-mail addresses that are proven or not, the mails about accounts, and the tokens in them.

-- One proven account per address. Beside it there may be accounts that only claim the address: opening one answers alike whether the
-- address is known or not, and what somebody else opened with it stays theirs. Whoever fills the table vouches for the addresses.
alter table users.users add column email_verified_at timestamptz default clock_timestamp();
drop index users.users_email;
create unique index users_email_verified on users.users (email) where email_verified_at is not null;
create index users_by_email on users.users (email, id);

-- What a mail is wanted for. Asking for one writes the same rows whether the address is known or not; who is known is found out where
-- the mail is written, which nobody waits for.
create table users.account_mail_requests (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL', 'EMAIL_CHANGE_NOTICE', 'PASSWORD_NOTICE')),
  -- Whose; null where only an address is known.
  user_id uuid references users.users (id) on delete cascade,
  -- Where to.
  email text not null, -- pii
  -- What the account stood at when it was asked for: what ends its sessions takes back what was asked for before, also where the mail is still to be written.
  session_epoch integer,
  -- wall time
  requested_at timestamptz not null default clock_timestamp(),
  opened_at timestamptz
);
create index account_mail_requests_by_email on users.account_mail_requests (email, opened_at);
create index account_mail_requests_by_user on users.account_mail_requests (user_id);
create index account_mail_requests_by_age on users.account_mail_requests (requested_at);

-- One per person and purpose: a new one replaces the one before. What the token is bound to is in `binding`: it is good only as long as
-- that is as it was. Using it deletes it.
create table users.one_time_tokens (
  user_id uuid not null references users.users (id) on delete cascade,
  purpose text not null check (purpose in ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL')),
  secret_hash bytea not null unique check (length(secret_hash) = 32),
  binding bytea not null,
  -- The address that a change leads to.
  new_email text, -- pii
  -- wall time
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  primary key (user_id, purpose),
  check ((new_email is not null) = (purpose = 'CHANGE_EMAIL'))
);
create index one_time_tokens_by_end on users.one_time_tokens (expires_at);

-- What a token of a purpose is bound to beside the person. Whatever ends the sessions of an account (`session_epoch`), a new password
-- foremost, ends what was asked for before it.
create function users.token_binding(purpose text, email text, password_hash text, session_epoch integer) returns bytea
  language sql immutable
  return case purpose
    when 'VERIFY_EMAIL' then sha256(convert_to(coalesce(email, ''), 'UTF8'))
    when 'CHANGE_EMAIL' then sha256(convert_to(session_epoch || ' ' || coalesce(email, ''), 'UTF8'))
    else sha256(convert_to(session_epoch || ' ' || coalesce(email, '') || ' ' || coalesce(password_hash, ''), 'UTF8'))
  end;

-- The mail that is to be written about a request, or no row where there is nothing to write: nobody has the address, it is too late, or
-- too many were written to it within the hour. Puts the token's hash in its place; the token itself is known to the writer alone.
-- Called again for a mail that has gone out, it says nothing and leaves the token that is in it alone.
create function users.open_account_mail(p_request uuid, p_event uuid, p_secret_hash bytea)
  returns table (message text, email text, display_name text, minutes integer)
  language plpgsql security definer set search_path = pg_catalog as $$
declare
  asked users.account_mail_requests;
  person users.users;
  v_minutes integer;
  v_new_email text;
begin
  select * into asked from users.account_mail_requests q where q.id = p_request for update;
  if asked.id is null or asked.requested_at < clock_timestamp() - interval '1 day' then return; end if;
  if exists (select from platform.mails m where m.event_id = p_event and m.sent_at is not null) then return; end if;
  -- A mailbox is not to be filled up by strangers. Notices come of what has really changed.
  if asked.kind in ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL') and 10 <= (
    select count(*) from users.account_mail_requests o where o.email = asked.email and o.opened_at > clock_timestamp() - interval '1 hour' and o.id <> asked.id
  ) then return; end if;
  if asked.user_id is null then
    -- The proven account, else the newest that claims the address: whoever reads the mail shows that the address is theirs.
    select * into person from users.users u where u.email = asked.email and u.status = 'ACTIVE' order by u.email_verified_at is null, u.id desc limit 1;
  else
    select * into person from users.users u where u.id = asked.user_id and u.status = 'ACTIVE';
  end if;
  if person.id is null then return; end if;
  if asked.kind = 'CHANGE_EMAIL' and person.session_epoch <> asked.session_epoch then return; end if;
  if asked.kind in ('EMAIL_CHANGE_NOTICE', 'PASSWORD_NOTICE') then
    update users.account_mail_requests q set opened_at = clock_timestamp() where q.id = asked.id;
    return query select case asked.kind when 'PASSWORD_NOTICE' then 'passwordChanged' else 'emailChangeNotice' end, asked.email, person.display_name, null::integer;
    return;
  end if;
  if asked.kind = 'VERIFY_EMAIL' and (person.email_verified_at is not null or person.email is distinct from asked.email) then return; end if;
  update users.account_mail_requests q set opened_at = clock_timestamp() where q.id = asked.id;
  if asked.kind in ('VERIFY_EMAIL', 'CHANGE_EMAIL') and exists (select from users.users u where u.email = asked.email and u.email_verified_at is not null and u.id <> person.id) then
    -- No name: whoever asked chose it, and it is not their mailbox.
    return query select 'accountExists', asked.email, null::text, null::integer;
    return;
  end if;
  v_minutes := case asked.kind when 'RESET_PASSWORD' then 30 when 'CHANGE_EMAIL' then 60 else 2880 end;
  v_new_email := case when asked.kind = 'CHANGE_EMAIL' then asked.email end;
  insert into users.one_time_tokens as t (user_id, purpose, secret_hash, binding, new_email, expires_at)
    values (person.id, asked.kind, p_secret_hash, users.token_binding(asked.kind, person.email, person.password_hash, person.session_epoch), v_new_email, clock_timestamp() + make_interval(mins => v_minutes))
    on conflict (user_id, purpose) do update set secret_hash = excluded.secret_hash, binding = excluded.binding, new_email = excluded.new_email, created_at = clock_timestamp(), expires_at = excluded.expires_at;
  return query select case asked.kind when 'VERIFY_EMAIL' then 'verifyEmail' when 'RESET_PASSWORD' then 'resetPassword' else 'changeEmail' end, asked.email,
    -- An address that is not proven may be somebody else's, and the name whatever a stranger wanted to be read there.
    case when person.email_verified_at is not null then person.display_name end, v_minutes;
end
$$;
revoke all on function users.open_account_mail(uuid, uuid, bytea) from public;
grant execute on function users.open_account_mail(uuid, uuid, bytea) to martgraph_relay;

grant select, insert, delete on users.account_mail_requests to martgraph_users;
grant select, delete on users.one_time_tokens to martgraph_users;
