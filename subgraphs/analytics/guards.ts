import { allow, type Guards } from "#kit/guard.ts";
import { mergeAreas } from "#kit/mergeAreas.ts";
import { customerGuards } from "./guards/customer.ts";
import { entityGuards } from "./guards/entity.ts";
import { marketingGuards } from "./guards/marketing.ts";
import { metricGuards } from "./guards/metric.ts";
import { pipelineGuards } from "./guards/pipeline.ts";
import { productGuards } from "./guards/product.ts";
import { qualityGuards } from "./guards/quality.ts";
import { sqlGuards } from "./guards/sql.ts";

const shared: Guards = { InvalidIdempotencyKey: allow, IdempotencyConflict: allow, InvalidValue: allow, VersionConflict: allow, PageInfo: allow, Money: allow };

export const guards: Guards = mergeAreas<Guards>(
  shared,
  customerGuards,
  entityGuards,
  marketingGuards,
  metricGuards,
  pipelineGuards,
  productGuards,
  qualityGuards,
  sqlGuards,
);
