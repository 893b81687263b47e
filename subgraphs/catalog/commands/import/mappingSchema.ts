import { z } from "zod";
import { aCondition, anExpression, fileFormat, key, plain, some } from "#platform/tabular/mapping/expressionText.ts";

// What a mapping of an import holds. What each key means stands in docs/importing.md.


export const mappingText = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(100),
  currency: z.string().length(3).optional(),
  sources: z.record(key, z.strictObject({ files: some(z.string().min(1).max(300)), ...fileFormat })),
  lookups: z.record(key, z.record(z.string(), z.union([plain, z.null()]))).optional(),
  attributes: z.record(key, z.strictObject({
    name: z.string().min(1).max(100), type: z.enum(["text", "number", "boolean", "date", "option"]).optional(), unit: z.string().max(20).optional(),
    filterable: z.boolean().optional(), searchable: z.boolean().optional(), variant: z.boolean().optional(),
  })).optional(),
  imports: z.array(z.strictObject({
    name: z.string().min(1).max(100).optional(),
    entity: z.enum(["customer", "product", "stock", "price", "order", "review", "link", "media"]),
    from: key, where: aCondition.optional(), group: z.strictObject({ by: anExpression, parent: aCondition.optional() }).optional(),
    fields: z.record(key, anExpression),
  })).min(1).max(50),
});
export type MappingText = z.output<typeof mappingText>;
