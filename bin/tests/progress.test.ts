import { afterEach, expect, test, vi } from "vitest";
import { createProgress } from "../cli/progress.ts";

afterEach(() => void vi.restoreAllMocks());

test("what is told goes where it was asked to go: an answer on stdout stays clean", async () => {
  const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const lines: string[] = [];
  const progress = createProgress(false, { write: (text: string) => lines.push(text) });
  progress.note("Working beside process 1.");
  await progress.step("Read", async () => ({ value: 1, rows: 1200 }));
  await expect(progress.step("Break", async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(lines.join("").replace(/ +/g, " ").replace(/\d+\.\d s/g, "0.0 s")).toBe("Working beside process 1.\n ✔ Read: 1,200 rows 0.0 s\n ✘ Break 0.0 s\n");
  expect(stdout).not.toHaveBeenCalled();
});
