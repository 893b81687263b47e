/** The step between what comes in and what is built, as the ledger and the catalogue of assets name it. */
export const CUT = { name: "cut", what: "fixes the cut", after: ["capture", "files"] } as const;
