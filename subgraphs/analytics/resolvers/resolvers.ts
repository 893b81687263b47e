import { mergeAreas } from "#kit/mergeAreas.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { customerResolvers } from "./customer.ts";
import { entityResolvers } from "./entity.ts";
import { marketingResolvers } from "./marketing.ts";
import { metricResolvers } from "./metric.ts";
import { pipelineResolvers } from "./pipeline.ts";
import { productResolvers } from "./product.ts";
import { qualityResolvers } from "./quality.ts";
import { sqlResolvers } from "./sql.ts";

export const resolvers: Resolvers = mergeAreas<Resolvers>(
  customerResolvers,
  entityResolvers,
  marketingResolvers,
  metricResolvers,
  pipelineResolvers,
  productResolvers,
  qualityResolvers,
  sqlResolvers,
);
