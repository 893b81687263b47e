-- Promotions are among the tables that carts are priced from: whoever keeps those reads them again when one of these changes.
-- How often a promotion was used is none of it.
create trigger promotions_changed after insert or update or delete on orders.promotions for each statement execute function orders.pricing_rules_changed();
create trigger promotion_targets_changed after insert or update or delete on orders.promotion_targets for each statement execute function orders.pricing_rules_changed();
