-- What a vendor's page in the shop says.
alter table users.vendors
  add column description text check (length(description) between 1 and 5000),
  add column shipping_policy text check (length(shipping_policy) between 1 and 5000),
  add column return_policy text check (length(return_policy) between 1 and 5000),
  -- what the vendor says of itself: away, or there. What can be bought is a matter of products and stock.
  add column is_open boolean not null default true;
