-- The warehouse hears whom to forget, by the hash alone.
alter publication martgraph add table users.erasures (id, user_hash, erased_at);
grant select (id, user_hash, erased_at) on users.erasures to martgraph_capture;
