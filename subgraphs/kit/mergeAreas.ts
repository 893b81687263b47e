/**
 * The resolvers or guards of a slice's areas as one map by type. Areas may each add fields to the same type.
 * @throws when two areas give the same field: one of them would silently win.
 */
export function mergeAreas<Areas extends Readonly<Record<string, object>>>(...areas: readonly Areas[]): Areas {
  const merged: Record<string, object> = {};
  for (const area of areas) {
    for (const [type, given] of Object.entries(area)) {
      const have = merged[type];
      if (have === undefined) merged[type] = given;
      else merged[type] = joinFields(type, have, given);
    }
  }
  return merged as Areas;
}

function joinFields(type: string, have: object, given: object): object {
  // Joined with single fields, a guard for all fields would still stand for all of them, also for those that another area keeps closed.
  if ("check" in have || "check" in given) throw new Error(`${type} has one guard for all its fields in one area and guards of single fields in another: name every field`);
  const twice = Object.keys(given).find((field) => field in have);
  if (twice !== undefined) throw new Error(`${type}.${twice} is given by two areas`);
  return { ...have, ...given };
}
