/** What whoever writes may do. */
export interface WriteRights {
  /** Whether products of this vendor (null: the shop's own) are theirs to change; others are not there. */
  readonly mayChange: (vendorId: string | null) => boolean;
  /** Whether brands that are named and not there are made. */
  readonly createBrands: boolean;
  /** Whether options of attributes that are named and not there are made. */
  readonly createOptions: boolean;
}
