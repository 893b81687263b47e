-- Only who works in this database logs in to it: BI tools and the warehouse's roles have nothing to look for here,
-- not even in the system's catalogue.
do $$
begin
  execute format('revoke connect on database %I from public', current_database());
  execute format('grant connect on database %I to martgraph_users, martgraph_catalog, martgraph_orders, martgraph_capture', current_database());
end
$$;
