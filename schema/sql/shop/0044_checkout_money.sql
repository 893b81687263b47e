alter table orders.checkouts
  -- the intent holds the money first, whatever the shop's policy: begun by checkoutStart, or looked into
  add column is_held_first boolean not null default false,
  -- money of it may be at the provider that must go back: a payment that came for a purchase which was over
  add column undo_since timestamptz;
create index checkouts_declined_by_cart on orders.checkouts (cart_id) where decline_reason is not null;
create index checkouts_to_undo on orders.checkouts (undo_since) where undo_since is not null;
