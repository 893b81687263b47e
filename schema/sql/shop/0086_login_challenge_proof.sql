-- What a login that waits for a code must remember of its first half.
alter table users.login_challenges
  -- The state of the account that the first factor was shown under (users.users.session_epoch): a password that is changed meanwhile ends the login.
  add column session_epoch integer not null,
  -- The known device it was shown on, by the name its token has; null for an unknown one.
  add column device text check (length(device) <= 100);
