-- As in the shop: only who works in this database logs in to it.
do $$
begin
  execute format('revoke connect on database %I from public', current_database());
  execute format('grant connect on database %I to martgraph_loader, martgraph_builder, martgraph_serving, bi_reader', current_database());
end
$$;
