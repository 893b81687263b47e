/**
 * Why change capture cannot go on by itself. `message` says what, where and what to do.
 * - SOURCE_CHANGED: raw holds the history of another shop.
 * - SCHEMA_DRIFT: a published column or table is gone or has another type.
 * - NOT_PUBLISHED, NO_KEY: the publication is not usable.
 * - SLOT_BUSY: another loader reads the slot.
 * - SLOT_LOST: the server drops the slot's WAL faster than it can be read.
 * - RAW_UNKNOWN: raw holds tables that capture knows nothing of.
 */
export type CaptureErrorCode = "SOURCE_CHANGED" | "SCHEMA_DRIFT" | "NOT_PUBLISHED" | "NO_KEY" | "SLOT_BUSY" | "SLOT_LOST" | "RAW_UNKNOWN";

export class CaptureError extends Error {
  override readonly name = "CaptureError";
  readonly code: CaptureErrorCode;
  constructor(code: CaptureErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
