import type { graphOf } from "#kit/testing/graphOf.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { CART, shopper } from "./shopper.ts";

const MONEY = "{ amount }";
export const TOTALS = `totals { subtotal ${MONEY} discount ${MONEY} shipping ${MONEY} tax ${MONEY} taxIncluded ${MONEY} total ${MONEY} giftCards ${MONEY} due ${MONEY} }`;
export const WHOLE_CART = `${CART} version note expiresAt ${TOTALS} discounts { label code target amount ${MONEY} } giftCards { last4 amount ${MONEY} }
  problems { __typename code message advice blocksCheckout
    ... on NoLongerSold { variant { id } } ... on OutOfStock { variant { id } requested } ... on NotEnoughStock { variant { id } requested available }
    ... on PriceChangedSinceAdded { variant { id } before ${MONEY} now ${MONEY} } ... on CodeNoLongerApplies { enteredCode codeReason: reason }
    ... on DeliveryNotPossible { obstacle: reason } ... on DeliveryIncomplete { missing } }
  delivery { email address { name line1 line2 city region postalCode countryCode phone } method { methodId name amount ${MONEY} isChosen } }
  shippingOptions { methodId name amount ${MONEY} minDays maxDays isChosen } chosen: lines { variant { id } addedPrice ${MONEY} total ${MONEY} discounts { label amount ${MONEY} } }`;
const ERROR = "... on UserError { code message path }";

const mutation = (verb: string, input: string, more = "") =>
  `mutation ($input: ${input}!) { ${verb}(input: $input) { __typename ... on ${verb[0]?.toUpperCase()}${verb.slice(1)}Success { cart { ${WHOLE_CART} } } ${ERROR} ${more} } }`;
const VERBS: Readonly<Record<string, string>> = {
  cartLinesSet: mutation("cartLinesSet", "CartLinesSetInput", "... on VersionConflict { expected actual }"),
  cartLinesAdd: mutation("cartLinesAdd", "CartLinesAddInput", "... on VersionConflict { expected actual } ... on InvalidQuantity { variantId quantity } ... on VariantNotFound { variantId }"),
  cartUpdate: mutation("cartUpdate", "CartUpdateInput", "... on VersionConflict { expected actual } ... on CountryOfAddress { countryCode }"),
  cartSetDelivery: mutation("cartSetDelivery", "CartSetDeliveryInput", "... on VersionConflict { expected actual } ... on InvalidAddress { field } ... on ShippingMethodNotOffered { offered { methodId name } }"),
  cartMerge: mutation("cartMerge", "CartMergeInput", "... on CartsNotMergeable { reason } ... on CartClosed { state }"),
};

export const ADDRESS = { name: "Ada Lovelace", line1: "12 St James's Square", city: "London", postalCode: "SW1Y 4JH", countryCode: "GB" };
/** The ids of the zones and methods that `plantDelivery` plants. */
export const UK_STANDARD = encodeId("smt", "01900009-0000-7000-8000-000000000001");
export const UK_BY_WEIGHT = encodeId("smt", "01900009-0000-7000-8000-000000000002");
export const WORLD_STANDARD = encodeId("smt", "01900009-0000-7000-8000-000000000003");

/** A shopper with the verbs of a cart, each answering the member of its union with the whole cart. */
export function cartShopper(graph: ReturnType<typeof graphOf>, viewer: Viewer = GUEST) {
  const call = async (verb: string, input: unknown) => {
    const { data, errors, statements } = await graph.as(viewer).run(VERBS[verb] ?? "", { input });
    if (errors) throw new Error(`${verb}: ${errors.map((error) => error.message).join("; ")}`);
    return { ...data[verb], statements };
  };
  return {
    ...shopper(graph, viewer),
    set: (cartId: string, lines: unknown, more: object = {}) => call("cartLinesSet", { cartId, lines, ...more }),
    add: (cartId: string, lines: unknown, more: object = {}) => call("cartLinesAdd", { cartId, lines, ...more }),
    update: (cartId: string, more: object) => call("cartUpdate", { cartId, ...more }),
    deliver: (cartId: string, more: object) => call("cartSetDelivery", { cartId, ...more }),
    merge: (from: string, into?: string) => call("cartMerge", { from, ...(into === undefined ? {} : { into }) }),
    async read(cartId: string) {
      const { data, errors } = await graph.as(viewer).run(`query ($id: ID!) { cart(id: $id) { ${WHOLE_CART} } }`, { id: cartId });
      if (errors) throw new Error(errors.map((error) => error.message).join("; "));
      return data["cart"];
    },
  };
}

interface Owner {
  raw(text: string): Promise<unknown>;
}

/** Tax of 20 % contained in prices in GB, added in NO; the UK with a flat method and one by weight; the rest of the world with one by value. */
export async function plantDelivery(owner: Owner): Promise<void> {
  await owner.raw(`
    insert into orders.tax_rates (country_code, tax_class, name, rate_bps, is_included, valid_from) values
      ('GB', 'standard', 'VAT', 2000, true, '2011-01-01'), ('NO', 'standard', 'MVA', 2500, false, '2011-01-01');
    insert into orders.shipping_zones (id, name) values ('01900008-0000-7000-8000-000000000001', 'United Kingdom'), ('01900008-0000-7000-8000-000000000002', 'World');
    insert into orders.shipping_zone_places (zone_id, country_code) values ('01900008-0000-7000-8000-000000000001', 'GB'), ('01900008-0000-7000-8000-000000000002', null);
    insert into orders.shipping_methods (id, zone_id, name, currency, exponent, basis, bands, free_from_units, min_days, max_days, position) values
      ('01900009-0000-7000-8000-000000000001', '01900008-0000-7000-8000-000000000001', 'Standard', 'GBP', 2, 'FLAT', '[{"upTo": null, "units": "395"}]', 5000, 2, 4, 0),
      ('01900009-0000-7000-8000-000000000002', '01900008-0000-7000-8000-000000000001', 'Parcel', 'GBP', 2, 'WEIGHT', '[{"upTo": "1000", "units": "250"}, {"upTo": "5000", "units": "700"}]', null, null, null, 1),
      ('01900009-0000-7000-8000-000000000003', '01900008-0000-7000-8000-000000000002', 'Airmail', 'GBP', 2, 'VALUE', '[{"upTo": "2000", "units": "900"}, {"upTo": null, "units": "1500"}]', null, 5, 12, 0)`);
}
