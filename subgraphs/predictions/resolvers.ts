import { badUserInput } from "#kit/errors.ts";
import type { ContextOf } from "#kit/subgraph.ts";
import { decodeId } from "#schema/values/ids.ts";
import { churnAnswer, listAnswer } from "./domain/answers.ts";
import type { PredictionLoaders } from "./loaders.ts";

type Context = ContextOf<object, PredictionLoaders>;
interface Ref {
  readonly id: string;
}

const MAX_LIST = 50;

function listLength(first: number): number {
  if (first < 1 || first > MAX_LIST) throw badUserInput(`\`first\` must be between 1 and ${MAX_LIST}, it is ${first}.`, ["first"]);
  return first;
}

export const resolvers = {
  User: {
    async recommendations(user: Ref, { first }: { first: number }, { loaders }: Context) {
      const length = listLength(first);
      const userId = decodeId("usr", user.id);
      const [batch, list, popular] = await Promise.all([loaders.batch(), userId ? loaders.recommendationsByUser.load(userId) : null, loaders.popular()]);
      return listAnswer(batch, list, popular, length);
    },
    async churnRisk(user: Ref, _args: object, { loaders }: Context) {
      const userId = decodeId("usr", user.id);
      const [batch, score] = await Promise.all([loaders.batch(), userId ? loaders.churnByUser.load(userId) : null]);
      return churnAnswer(batch, score);
    },
  },
  Product: {
    async similar(product: Ref, { first }: { first: number }, { loaders }: Context) {
      const length = listLength(first);
      const productId = decodeId("prd", product.id);
      const [batch, list, popular] = await Promise.all([loaders.batch(), productId ? loaders.similarByProduct.load(productId) : null, loaders.popular()]);
      return listAnswer(batch, list, popular, length, productId);
    },
  },
};
