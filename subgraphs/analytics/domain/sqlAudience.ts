/** What of a viewer decides through whose eyes they look at the marts. */
export interface SqlRights {
  readonly mayAskAll: boolean;
  readonly maySeePersons: boolean;
  readonly vendorIds: readonly string[];
}

/** The widest audience that the rights give: who may ask everything does not ask as the vendor they are too. */
export function sqlAudience({ mayAskAll, maySeePersons, vendorIds }: SqlRights): { kind: "ANALYST" | "PERSONAL" | "VENDOR"; vendorIds: readonly string[] } {
  if (!mayAskAll) return { kind: "VENDOR", vendorIds };
  return { kind: maySeePersons ? "PERSONAL" : "ANALYST", vendorIds: [] };
}
