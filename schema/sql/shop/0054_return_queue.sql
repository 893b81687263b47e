-- The queue of returns: those in a state, the ones that wait longest first.
create index returns_by_state on orders.returns (state, requested_at, id);
