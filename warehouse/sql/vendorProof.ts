import { createHash } from "node:crypto";

export interface VendorClaim {
  /** UUIDs of the vendors spoken for. */
  readonly vendorIds: readonly string[];
  /** The session of the server that the proof is good in. */
  readonly pid: number;
  /** Unix milliseconds. */
  readonly validUntil: number;
}

/** What `ops.sql_vendors()` believes: the claim, and that whoever made it holds the installation's key. */
export function vendorProof(key: Buffer, { vendorIds, pid, validUntil }: VendorClaim): string {
  const claim = `${vendorIds.join(",")}|${Math.round(validUntil)}|${pid}`;
  const inner = createHash("sha256").update(key).update(claim).digest();
  return `${claim}|${createHash("sha256").update(key).update(inner).digest("hex")}`;
}
