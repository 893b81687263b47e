import { type Emulator, findEmulator, startEmulator } from "../gates/emulator.ts";

/** The emulator for a file of tests; where it cannot be had, `missing` says why, and a line says what therefore is not tried. */
export async function emulatorFor(whatIsNotTried: string): Promise<{ missing: string | undefined; python: string; start(): Promise<Emulator> }> {
  const found = await findEmulator();
  if ("python" in found) return { missing: undefined, python: found.python, start: () => startEmulator(found.python) };
  process.stdout.write(`${whatIsNotTried}: ${found.missing}\n`);
  return { missing: found.missing, python: "", start: () => Promise.reject(new Error(found.missing)) };
}
