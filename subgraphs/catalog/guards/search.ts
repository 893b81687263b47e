import { allow, type Guards } from "#kit/guard.ts";

// What is not on sale is never found, so all of an answer may be seen.
export const searchGuards: Guards = {
  Query: { search: allow, suggest: allow },
  ProductConnection: allow,
  ProductEdge: allow,
  ProductFacets: allow,
  CategoryFacet: allow,
  VendorFacet: allow,
  PriceFacet: allow,
  AvailabilityFacet: allow,
  RatingFacet: allow,
  BrandFacet: allow,
  AttributeFacet: allow,
  AttributeValueFacet: allow,
  AttributeRangeFacet: allow,
  Suggestions: allow,
  QuerySuggestion: allow,
};
