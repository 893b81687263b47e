import { badUserInput } from "#kit/errors.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { currencyExponent, parseDecimal, rescale } from "#schema/values/money.ts";
import { type CartSetDeliveryInput, cartSetDelivery } from "../commands/cartSetDelivery.ts";
import { type SettingsInput, shippingMethodUpsert, shippingZoneUpsert, shopSettingsUpdate, taxRateUpsert } from "../commands/pricingRules.ts";
import type { OrdersContext } from "../context.ts";
import type { Cart } from "../domain/cart.ts";
import type { ShippingMethod, ShippingPlace, ShippingZone } from "../domain/pricing/shipping.ts";
import type { TaxRate } from "../domain/pricing/tax.ts";
import { readPricingRules } from "../queries/pricingRules.ts";
import { toSuccess } from "./cart.ts";
import { cartSetDeliveryErrors, settingsErrors, shippingMethodErrors, shippingZoneErrors, taxRateErrors } from "./errors/delivery.ts";
import { amountOf, toGraphQuote } from "./money.ts";

type Input<T> = { readonly input: T };
interface TaxRateArgs { id?: string | null; expectedVersion?: number | null; countryCode: string; taxClass?: string | null; name: string; rateBps: number; isIncluded: boolean; validFrom?: Date | null; validTo?: Date | null }
interface ZoneArgs { id?: string | null; expectedVersion?: number | null; name: string; places: { countryCode?: string | null; region?: string | null }[] }
interface BandArgs { upToGrams?: number | null; upToValue?: string | null; price: string }
interface MethodArgs {
  id?: string | null; expectedVersion?: number | null; zoneId: string; name: string; description?: string | null; currency?: string | null; basis: ShippingMethod["basis"];
  bands: BandArgs[]; freeFrom?: string | null; taxClass?: string | null; minDays?: number | null; maxDays?: number | null; isActive?: boolean | null; position?: number | null;
}

/** An id that names nothing of its kind is undefined; none at all is null. */
const idOf = (prefix: "tax" | "szo" | "smt", id: string | null | undefined) => (id == null ? null : decodeId(prefix, id));
/** No UUID at all: as a method's id it names none. */
const NO_METHOD = "00000000-0000-0000-0000-000000000000";

/** Decimal text as units of the currency. @throws BAD_USER_INPUT for more decimals than the currency has. */
function unitsOf(text: string, currency: string, path: readonly string[]): bigint {
  const amount = parseDecimal(text, currency);
  if (!amount || amount.exponent > currencyExponent(currency)) throw badUserInput(`"${text}" is no amount of ${currency} with at most ${currencyExponent(currency)} decimals.`, path);
  return rescale(amount, currencyExponent(currency)).units;
}

function boundOf(band: BandArgs, basis: ShippingMethod["basis"], currency: string, path: readonly string[]): bigint | null {
  const isByWeight = basis === "WEIGHT";
  if ((isByWeight ? band.upToValue : band.upToGrams) != null || (basis === "FLAT" && band.upToValue != null)) {
    throw badUserInput("A band has upToGrams where the price goes by weight, upToValue where it goes by value, and neither where it is flat.", path);
  }
  if (isByWeight) return band.upToGrams == null ? null : BigInt(band.upToGrams);
  return band.upToValue == null ? null : unitsOf(band.upToValue, currency, [...path, "upToValue"]);
}

function toMethod(input: MethodArgs) {
  const currency = input.currency ?? "GBP";
  const { name, basis, description = null, minDays = null, maxDays = null } = input;
  const at = (index: number) => ["input", "bands", String(index)];
  return {
    id: idOf("smt", input.id), zoneId: decodeId("szo", input.zoneId), expectedVersion: input.expectedVersion ?? null, name, description, currency, exponent: currencyExponent(currency), basis,
    bands: input.bands.map((band, index) => ({ upTo: boundOf(band, basis, currency, at(index)), units: unitsOf(band.price, currency, [...at(index), "price"]) })),
    freeFromUnits: input.freeFrom == null ? null : unitsOf(input.freeFrom, currency, ["input", "freeFrom"]),
    taxClass: input.taxClass ?? "standard", minDays, maxDays, isActive: input.isActive ?? true, position: input.position ?? 0,
  };
}

export const deliveryResolvers = {
  Query: {
    async taxRates(_root: unknown, { countryCode }: { countryCode?: string | null }, { db }: OrdersContext) {
      const { taxRates } = await readPricingRules(db);
      return countryCode == null ? taxRates : taxRates.filter((rate) => rate.countryCode === countryCode);
    },
    shippingZones: async (_root: unknown, _args: unknown, { db }: OrdersContext) => (await readPricingRules(db)).zones,
    shopSettings: async (_root: unknown, _args: unknown, { db }: OrdersContext) => (await readPricingRules(db)).settings,
  },
  Mutation: {
    async cartSetDelivery(_root: unknown, { input }: Input<Omit<CartSetDeliveryInput, "cartId"> & { cartId: string; addressId?: string | null }>, context: OrdersContext) {
      const methodId = input.methodId == null ? input.methodId : (decodeId("smt", input.methodId) ?? NO_METHOD);
      const { address, addressId: named } = input;
      if (address != null && named != null) throw badUserInput("Give `address` or `addressId`, not both.", ["input", "addressId"]);
      const addressId = named == null ? undefined : (decodeId("adr", named) ?? null);
      const outcome = await cartSetDelivery(context, { ...input, cartId: decodeId("crt", input.cartId), addressId, methodId });
      return outcome.ok ? toSuccess("CartSetDeliverySuccess", outcome, context) : toUserError(cartSetDeliveryErrors, outcome.error);
    },
    async taxRateUpsert(_root: unknown, { input }: Input<TaxRateArgs>, context: OrdersContext) {
      const { countryCode, name, rateBps, isIncluded, validTo = null, expectedVersion = null } = input;
      const outcome = await taxRateUpsert(context, {
        id: idOf("tax", input.id), expectedVersion, countryCode, taxClass: input.taxClass ?? "standard", name, rateBps, isIncluded, validFrom: input.validFrom ?? context.clocks.business.now(), validTo,
      });
      return outcome.ok ? { __typename: "TaxRateUpsertSuccess", taxRate: outcome.value } : toUserError(taxRateErrors, outcome.error);
    },
    async shippingZoneUpsert(_root: unknown, { input }: Input<ZoneArgs>, context: OrdersContext) {
      const places: ShippingPlace[] = input.places.map(({ countryCode = null, region = null }) => ({ countryCode, region }));
      const outcome = await shippingZoneUpsert(context, { id: idOf("szo", input.id), expectedVersion: input.expectedVersion ?? null, name: input.name, places });
      return outcome.ok ? { __typename: "ShippingZoneUpsertSuccess", zone: outcome.value } : toUserError(shippingZoneErrors, outcome.error);
    },
    async shippingMethodUpsert(_root: unknown, { input }: Input<MethodArgs>, context: OrdersContext) {
      const outcome = await shippingMethodUpsert(context, toMethod(input));
      return outcome.ok ? { __typename: "ShippingMethodUpsertSuccess", ...outcome.value } : toUserError(shippingMethodErrors, outcome.error);
    },
    async shopSettingsUpdate(_root: unknown, { input }: Input<SettingsInput>, context: OrdersContext) {
      const outcome = await shopSettingsUpdate(context, input);
      return outcome.ok ? { __typename: "ShopSettingsUpdateSuccess", settings: outcome.value } : toUserError(settingsErrors, outcome.error);
    },
  },
  Cart: {
    async delivery(cart: Cart, _args: unknown, context: OrdersContext) {
      const { delivery, shippingOptions } = await context.loaders.pricedCart(cart, context.clocks.business.now());
      const method = shippingOptions.find((quote) => quote.methodId === delivery.methodId);
      return { email: delivery.email, address: delivery.address, method: method ? toGraphQuote(method, cart.currency, true) : null };
    },
    async shippingOptions(cart: Cart, _args: unknown, context: OrdersContext) {
      const { delivery, shippingOptions } = await context.loaders.pricedCart(cart, context.clocks.business.now());
      return shippingOptions.map((quote) => toGraphQuote(quote, cart.currency, quote.methodId === delivery.methodId));
    },
  },
  TaxRate: { id: (rate: TaxRate) => encodeId("tax", rate.id) },
  ShippingZone: { id: (zone: ShippingZone) => encodeId("szo", zone.id) },
  ShippingMethod: {
    id: (method: ShippingMethod) => encodeId("smt", method.id),
    freeFrom: ({ freeFromUnits, currency }: ShippingMethod) => (freeFromUnits === null ? null : amountOf(freeFromUnits, currency)),
    bands: ({ bands, basis, currency }: ShippingMethod) => bands.map(({ upTo, units }) => ({
      upToGrams: basis === "WEIGHT" && upTo !== null ? Number(upTo) : null, upToValue: basis === "VALUE" && upTo !== null ? amountOf(upTo, currency) : null, price: amountOf(units, currency),
    })),
  },
};
