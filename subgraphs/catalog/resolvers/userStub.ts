/** A person as this slice knows them: by their id. */
export interface UserStub {
  /** UUID. */
  readonly userId: string;
}
