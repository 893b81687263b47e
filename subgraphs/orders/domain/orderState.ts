export const ORDER_STATES = ["PLACED", "PAID", "DELIVERED", "CANCELLED"] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** Where an order may go from each state: the whole machine, and what the graph answers as `nextStates`. */
export const NEXT_STATES: Readonly<Record<OrderState, readonly OrderState[]>> = {
  PLACED: ["PAID", "CANCELLED"],
  PAID: ["DELIVERED", "CANCELLED"],
  DELIVERED: [],
  CANCELLED: [],
};

export function canBecome(from: OrderState, to: OrderState): boolean {
  return NEXT_STATES[from].includes(to);
}
