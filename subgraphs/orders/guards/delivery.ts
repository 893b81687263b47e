import { allow, anyOf, type Guards, permission } from "#kit/guard.ts";

const backOffice = permission("settings.read");
const taxes = permission("taxes.write");
const shipping = permission("shipping.write");
const settings = permission("settings.write");

// What the refusals and the success members show was decided by the guard of the mutation that answers them.
export const deliveryGuards: Guards = {
  Query: { taxRates: backOffice, shippingZones: backOffice, shopSettings: backOffice },
  Mutation: { cartSetDelivery: allow, taxRateUpsert: taxes, shippingZoneUpsert: shipping, shippingMethodUpsert: shipping, shopSettingsUpdate: settings },
  Cart: { delivery: allow, shippingOptions: allow },
  CartDelivery: allow,
  PostalAddress: allow,
  ShippingQuote: allow,
  CartSetDeliverySuccess: allow,
  InvalidDeliveryEmail: allow,
  InvalidAddress: allow,
  AddressNotFound: allow,
  ShippingMethodNotOffered: allow,
  TaxRate: anyOf(backOffice, taxes),
  ShippingZone: anyOf(backOffice, shipping),
  ShippingPlace: anyOf(backOffice, shipping),
  ShippingMethod: anyOf(backOffice, shipping),
  ShippingBand: anyOf(backOffice, shipping),
  ShopSettings: anyOf(backOffice, settings),
  TaxRateUpsertSuccess: taxes,
  ShippingZoneUpsertSuccess: shipping,
  ShippingMethodUpsertSuccess: shipping,
  ShopSettingsUpdateSuccess: settings,
  TaxRateNotFound: taxes,
  TaxRatesOverlap: taxes,
  ShippingZoneNotFound: shipping,
  ShippingZonesOverlap: shipping,
  ShippingMethodNotFound: shipping,
  InvalidRule: anyOf(taxes, shipping, settings),
};
