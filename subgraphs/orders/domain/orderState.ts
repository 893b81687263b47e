export const ORDER_STATES = ["PLACED", "PAID", "IN_FULFILMENT", "SHIPPED", "DELIVERED", "RETURNED", "CANCELLED"] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** Who may bring an order from one state to the next. SYSTEM is the shop itself: a payment that arrives, the sweeper. */
export type Actor = "BUYER" | "VENDOR" | "SUPPORT" | "ADMIN" | "SYSTEM";

/** Units of all products of an order by how far they came: `returned <= shipped`, `delivered <= shipped <= fulfilled`, `fulfilled + cancelled <= ordered`. */
export interface Tally {
  readonly ordered: bigint;
  readonly cancelled: bigint;
  /** In parcels. */
  readonly fulfilled: bigint;
  readonly shipped: bigint;
  readonly delivered: bigint;
  /** Come back to the shop. */
  readonly returned: bigint;
}

export interface Transition {
  readonly from: OrderState;
  readonly to: OrderState;
  readonly by: readonly Actor[];
  /** What must hold of the order's units; money is looked at by the command that takes or gives it. */
  readonly holds: (units: Tally) => boolean;
  /** The same in words. */
  readonly when: string;
}

const open = (units: Tally) => units.ordered - units.cancelled;
const PARCEL_PEOPLE = ["VENDOR", "SUPPORT", "ADMIN"] as const;
const ALL_PEOPLE = ["BUYER", "SUPPORT", "ADMIN"] as const;

const nothingInParcels = { holds: (units: Tally) => units.fulfilled === 0n, when: "nothing of it is in a parcel" };
const someInParcels = { holds: (units: Tally) => units.fulfilled > 0n, when: "something of it is in a parcel" };
const allShipped = { holds: (units: Tally) => open(units) > 0n && units.shipped === open(units), when: "all that is not cancelled has been handed to a carrier" };
const allDelivered = { holds: (units: Tally) => open(units) > 0n && units.delivered === open(units), when: "all that is not cancelled is with the customer" };
const allReturned = { holds: (units: Tally) => open(units) > 0n && units.returned === open(units), when: "all that is not cancelled has come back" };

/** The whole machine. Cancelling what is left of an order can finish it too, hence the steps from IN_FULFILMENT to any later state. */
export const TRANSITIONS: readonly Transition[] = [
  { from: "PLACED", to: "PAID", by: ["SYSTEM", "SUPPORT", "ADMIN"], ...nothingInParcels },
  { from: "PLACED", to: "CANCELLED", by: [...ALL_PEOPLE, "SYSTEM"], ...nothingInParcels },
  { from: "PAID", to: "IN_FULFILMENT", by: PARCEL_PEOPLE, ...someInParcels },
  { from: "PAID", to: "CANCELLED", by: [...ALL_PEOPLE, "SYSTEM"], ...nothingInParcels },
  { from: "IN_FULFILMENT", to: "PAID", by: PARCEL_PEOPLE, ...nothingInParcels },
  { from: "IN_FULFILMENT", to: "SHIPPED", by: [...PARCEL_PEOPLE, "BUYER"], ...allShipped },
  { from: "IN_FULFILMENT", to: "DELIVERED", by: [...PARCEL_PEOPLE, "BUYER"], ...allDelivered },
  { from: "IN_FULFILMENT", to: "RETURNED", by: ALL_PEOPLE, ...allReturned },
  { from: "SHIPPED", to: "DELIVERED", by: PARCEL_PEOPLE, ...allDelivered },
  { from: "SHIPPED", to: "RETURNED", by: ["SUPPORT", "ADMIN"], ...allReturned },
  { from: "DELIVERED", to: "RETURNED", by: ["SUPPORT", "ADMIN"], ...allReturned },
];

/** Where an order may rest for good. */
export const FINAL_STATES: readonly OrderState[] = ["DELIVERED", "RETURNED", "CANCELLED"];

/** What is wrong with a machine, in sentences: states nobody reaches, states without a way to an end, steps given twice. */
export function flawsOf(states: readonly OrderState[], transitions: readonly Transition[], start: OrderState, finals: readonly OrderState[]): string[] {
  const next = (state: OrderState) => transitions.filter((step) => step.from === state).map((step) => step.to);
  const reachedFrom = (state: OrderState) => {
    const seen = new Set<OrderState>([state]);
    for (const one of seen) for (const to of next(one)) seen.add(to);
    return seen;
  };
  const reached = reachedFrom(start);
  const names = transitions.map((step) => `${step.from} -> ${step.to}`);
  return [
    ...states.filter((state) => !reached.has(state)).map((state) => `nothing leads from ${start} to ${state}`),
    ...states.filter((state) => !finals.some((end) => reachedFrom(state).has(end))).map((state) => `${state} is a dead end`),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} stands twice`),
    ...transitions.filter((step) => step.from === step.to || step.by.length === 0).map((step) => `${step.from} -> ${step.to} goes nowhere or is nobody's to take`),
  ];
}

const flaws = flawsOf(ORDER_STATES, TRANSITIONS, "PLACED", FINAL_STATES);
if (flaws.length > 0) throw new Error(`the states of orders are no sound machine: ${flaws.join("; ")}`);

/** Where an order may go from each state: what the graph answers as `nextStates`. */
export const NEXT_STATES = Object.fromEntries(
  ORDER_STATES.map((state) => [state, TRANSITIONS.filter((step) => step.from === state).map((step) => step.to)]),
) as unknown as Readonly<Record<OrderState, readonly OrderState[]>>;

export function canBecome(from: OrderState, to: OrderState): boolean {
  return NEXT_STATES[from].includes(to);
}

export function mayBring(actor: Actor, from: OrderState, to: OrderState): boolean {
  return TRANSITIONS.some((step) => step.from === from && step.to === to && step.by.includes(actor));
}

/** Where an order stands by its units, once it has been paid. CANCELLED is when nothing is left of it. */
export function stateByUnits(units: Tally): OrderState {
  if (open(units) === 0n) return "CANCELLED";
  if (allReturned.holds(units)) return "RETURNED";
  if (allDelivered.holds(units)) return "DELIVERED";
  if (allShipped.holds(units)) return "SHIPPED";
  return units.fulfilled > 0n ? "IN_FULFILMENT" : "PAID";
}

/**
 * The state an order takes on after its units changed: the last one it reaches by steps that hold. An order that waits for its
 * money stays PLACED until the payment moves it, unless all of it was cancelled.
 */
export function followUnits(state: OrderState, units: Tally): OrderState {
  const target = stateByUnits(units);
  if (state === "PLACED") return target === "CANCELLED" ? "CANCELLED" : "PLACED";
  if (FINAL_STATES.includes(state) && !canBecome(state, target)) return state;
  return target;
}
