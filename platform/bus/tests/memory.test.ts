import { describe } from "vitest";
import { createMemoryBus } from "../memory.ts";
import { busContract } from "./contract.ts";

describe("the memory bus", () => {
  busContract(async () => createMemoryBus());
});
