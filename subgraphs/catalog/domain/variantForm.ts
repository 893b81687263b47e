/** The options that a stored variant differs by: their UUIDs, in order, with spaces between; empty for none. */
export interface VariantForm {
  readonly variantId: string;
  readonly isArchived: boolean;
  readonly form: string;
}

/** A variant as it is going to be: its options where they are given, undefined where they stay. */
export interface PlannedForm {
  readonly id: string;
  readonly optionRows: readonly { readonly optionId: string }[] | undefined;
  readonly isArchived?: boolean | undefined;
}

/** The places of planned variants that would come to have the same options as another one of the product on sale. Those that were alike before may stay so. */
export function placesOfTwins(planned: readonly PlannedForm[], stored: readonly VariantForm[]): number[] {
  const before = new Map(stored.map((one) => [one.variantId, one]));
  const isPlanned = new Set(planned.map(({ id }) => id));
  const taken = new Set(stored.filter(({ variantId, isArchived }) => !isArchived && !isPlanned.has(variantId)).map(({ form }) => form));
  const becoming: { place: number; form: string }[] = [];
  for (const [place, variant] of planned.entries()) {
    const was = before.get(variant.id);
    const form = variant.optionRows ? variant.optionRows.map(({ optionId }) => optionId).toSorted(byText).join(" ") : (was?.form ?? "");
    if (form === "" || (variant.isArchived ?? was?.isArchived)) continue;
    if (was && !was.isArchived && was.form === form) taken.add(form);
    else becoming.push({ place, form });
  }
  return becoming.filter(({ form }) => taken.has(form) || !taken.add(form)).map(({ place }) => place);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
