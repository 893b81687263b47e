import { allow, type Guards, role } from "#kit/guard.ts";

const backOffice = role("SUPPORT", "ADMIN");
const admin = role("ADMIN");

// What the refusals and the success members show was decided by the guard of the mutation that answers them.
export const deliveryGuards: Guards = {
  Query: { taxRates: backOffice, shippingZones: backOffice, shopSettings: backOffice },
  Mutation: { cartSetDelivery: allow, taxRateUpsert: admin, shippingZoneUpsert: admin, shippingMethodUpsert: admin, shopSettingsUpdate: admin },
  Cart: { delivery: allow, shippingOptions: allow },
  CartDelivery: allow,
  PostalAddress: allow,
  ShippingQuote: allow,
  CartSetDeliverySuccess: allow,
  InvalidDeliveryEmail: allow,
  InvalidAddress: allow,
  ShippingMethodNotOffered: allow,
  TaxRate: backOffice,
  ShippingZone: backOffice,
  ShippingPlace: backOffice,
  ShippingMethod: backOffice,
  ShippingBand: backOffice,
  ShopSettings: backOffice,
  TaxRateUpsertSuccess: admin,
  ShippingZoneUpsertSuccess: admin,
  ShippingMethodUpsertSuccess: admin,
  ShopSettingsUpdateSuccess: admin,
  TaxRateNotFound: admin,
  TaxRatesOverlap: admin,
  ShippingZoneNotFound: admin,
  ShippingZonesOverlap: admin,
  ShippingMethodNotFound: admin,
  InvalidRule: admin,
};
