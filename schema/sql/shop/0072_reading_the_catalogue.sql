create index brands_in_order on catalog.brands (name, id);
create index collections_in_order on catalog.collections (name, id);
create index attribute_options_in_order on catalog.attribute_options (attribute_id, position, code);
