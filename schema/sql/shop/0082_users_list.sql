-- People are found by the beginning of their address or name.
create index users_email_beginnings on users.users ((email collate "C"), id);
create index users_name_beginnings on users.users ((lower(display_name) collate "C"), id);
