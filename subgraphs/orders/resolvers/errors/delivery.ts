import type { Renderers } from "#kit/userError.ts";
import type { CartSetDeliveryRefusal } from "../../commands/cartSetDelivery.ts";
import type { SettingsRefusal } from "../../commands/pricingRules.ts";
import type { AddressRefusal } from "../../domain/delivery.ts";
import type { MethodRefusal, ZoneRefusal } from "../../domain/pricing/shippingChange.ts";
import type { InvalidRule, TaxRateRefusal } from "../../domain/pricing/taxRateChange.ts";
import { toGraphQuote } from "../money.ts";
import { invalidEmail } from "./cart.ts";
import { cartErrors, versionConflict } from "./shared.ts";

const WHY: Readonly<Record<AddressRefusal["why"], string>> = {
  EMPTY: "must not be empty",
  TOO_LONG: "is too long",
  HIDDEN_CHARACTERS: "holds control characters or marks that cannot be seen: retype it",
  UNKNOWN_COUNTRY: "is the code of no country: take one such as GB",
  NO_PHONE: "is no telephone number: digits, spaces and + - . / ( ) only",
};

export const cartSetDeliveryErrors: Renderers<CartSetDeliveryRefusal> = {
  ...cartErrors,
  VERSION_CONFLICT: versionConflict,
  INVALID_DELIVERY_EMAIL: invalidEmail,
  INVALID_ADDRESS: ({ field, why }) => ({ message: `The address cannot be delivered to: ${field} ${WHY[why]}.`, path: ["input", "address", field], fields: { field } }),
  ADDRESS_NOT_FOUND: () => ({ message: "The owner of the cart has no such address: look at me.addresses.", path: ["input", "addressId"] }),
  SHIPPING_METHOD_NOT_OFFERED: ({ offered, currency }) => ({
    message: offered.length === 0
      ? "Nothing can be delivered there yet: give an address in a country the shop delivers to, and put something into the cart."
      : `This method is not offered for the cart as it is: choose one of ${offered.map((quote) => quote.name).join(", ")}.`,
    path: ["input", "methodId"],
    fields: { offered: offered.map((quote) => toGraphQuote(quote, currency, false)) },
  }),
};

const invalidRule = ({ field, must }: InvalidRule) => ({ message: `${field.at(-1) ?? "This"} must ${must}.`, path: ["input", ...field] });

export const taxRateErrors: Renderers<TaxRateRefusal> = {
  INVALID_RULE: invalidRule,
  VERSION_CONFLICT: versionConflict,
  TAX_RATE_NOT_FOUND: () => ({ message: "There is no such rate: leave the id out for a new one.", path: ["input", "id"] }),
  TAX_RATES_OVERLAP: ({ existing }) => ({
    message: `"${existing.name}" holds at that time for this class in ${existing.countryCode}: end it with validTo first, or change it.`, path: ["input", "validFrom"], fields: { existing },
  }),
};

const zoneNotFound = (field: string) => () => ({ message: "There is no such zone: look at shippingZones.", path: ["input", field] });

export const shippingZoneErrors: Renderers<ZoneRefusal> = {
  INVALID_RULE: invalidRule,
  VERSION_CONFLICT: versionConflict,
  SHIPPING_ZONE_NOT_FOUND: zoneNotFound("id"),
  SHIPPING_ZONES_OVERLAP: ({ place, existing, index }) => {
    const name = place.countryCode === null ? "the rest of the world" : [place.region, place.countryCode].filter(Boolean).join(", ");
    return {
      message: existing ? `The zone "${existing.name}" goes to ${name} already: take it out there first.` : `${name} is named twice: name it once.`,
      path: ["input", "places", String(index)], fields: { place, existing },
    };
  },
};

export const shippingMethodErrors: Renderers<MethodRefusal> = {
  INVALID_RULE: invalidRule,
  VERSION_CONFLICT: versionConflict,
  SHIPPING_ZONE_NOT_FOUND: zoneNotFound("zoneId"),
  SHIPPING_METHOD_NOT_FOUND: () => ({ message: "There is no such method in the zone: leave the id out for a new one.", path: ["input", "id"] }),
};

export const settingsErrors: Renderers<SettingsRefusal> = { INVALID_RULE: invalidRule, VERSION_CONFLICT: versionConflict };
