import { allow, anyOf, type Guards, permission } from "#kit/guard.ts";

// Vendors too: the commands keep each one to its own lines and parcels.
const packers = anyOf(permission("fulfilments.write"), permission("fulfilments.writeOwn"));

export const fulfilmentGuards: Guards = {
  Mutation: { fulfilmentCreate: packers, fulfilmentShip: packers, fulfilmentDeliver: packers, fulfilmentCancel: packers },
  Fulfilment: allow,
  FulfilmentLine: allow,
  StockAllocation: allow,
  FulfilmentCreateSuccess: allow,
  FulfilmentShipSuccess: allow,
  FulfilmentDeliverSuccess: allow,
  FulfilmentCancelSuccess: allow,
  OrderNotFulfillable: allow,
  OrderLineNotFound: allow,
  NotEnoughUnits: allow,
  InvalidTracking: allow,
  FulfilmentNotFound: allow,
  FulfilmentInWrongState: allow,
};
