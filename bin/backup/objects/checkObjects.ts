import { BackupError } from "../backupError.ts";
import { faultOf, inBatches, OBJECT_LIST, readObjectList, sentence } from "./objectList.ts";

const AT_ONCE = 4;

/** Holds every object of a backup against its list. @throws BackupError that names the first that is missing or damaged */
export async function checkObjects(folder: string, expected: { objects: number; bytes: number }, tell: (note: string) => void): Promise<void> {
  const counts = { objects: 0, bytes: 0 };
  const damaged = (what: string) => new BackupError(`The backup in ${folder} is damaged: ${what}. Take another backup, or another copy of this one.`);
  for await (const { entry, fault } of inBatches(readObjectList(folder), AT_ONCE, async (one) => ({ entry: one, fault: await faultOf(folder, one) }))) {
    if (fault !== undefined) throw damaged(`the object ${entry.key} ${fault}`);
    counts.objects += 1;
    counts.bytes += entry.bytes;
    if (counts.objects % 50 === 0) tell(sentence(counts));
  }
  if (counts.objects !== expected.objects || counts.bytes !== expected.bytes) throw damaged(`${OBJECT_LIST} lists ${sentence(counts)}, and there were ${sentence(expected)}`);
}
