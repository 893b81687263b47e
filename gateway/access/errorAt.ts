import { GraphQLError } from "graphql";

/** An error with its place in the answer. */
export class GraphQLErrorAt extends GraphQLError {
  constructor({ message, extensions }: GraphQLError, path: readonly (string | number)[]) {
    super(message, { path, extensions });
  }
}
