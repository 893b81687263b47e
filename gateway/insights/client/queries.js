// What the page asks the graph, all of it. A test holds each against the schema and its limits.

export const LOGIN = `mutation InsightsLogin($input: LoginInput!) {
  login(input: $input) {
    __typename
    ... on TokenPair { accessToken user { displayName } }
    ... on MfaRequired { challenge }
    ... on UserError { message }
  }
}`;

export const SECOND_FACTOR = `mutation InsightsSecondFactor($input: MfaVerifyInput!) {
  mfaVerify(input: $input) {
    __typename
    ... on TokenPair { accessToken user { displayName } }
    ... on UserError { message }
  }
}`;

export const LOGOUT = `mutation InsightsLogout { logout { __typename } }`;

export const MONTHS = `query InsightsMonths($range: DateRangeInput!) {
  metricQuery(metrics: ["orders"], grain: MONTH, range: $range, first: 2000) { truncated nodes { at } }
}`;

export const DAYS = `query InsightsDays($range: DateRangeInput!) {
  metricQuery(metrics: ["orders"], grain: DAY, range: $range, first: 31) { nodes { at } }
}`;

export const TOTALS = `query InsightsTotals($range: DateRangeInput!) {
  metricQuery(metrics: ["revenue", "orders", "averageOrderValue", "customers"], dimensions: ["currency"], range: $range, compareTo: PREVIOUS_YEAR, first: 200) {
    asOf isStale truncated
    nodes { currency values { metric value previous changePercent } }
  }
}`;

export const REVENUE = `query InsightsRevenue($range: DateRangeInput!, $grain: MetricGrain!) {
  metricQuery(metrics: ["revenue", "orders", "averageOrderValue"], dimensions: ["currency"], grain: $grain, range: $range, compareTo: PREVIOUS_YEAR, fillGaps: true, first: 4000) {
    truncated totalCount
    nodes { at currency values { metric value previous } }
  }
}`;

export const PRODUCTS = `query InsightsProducts($range: DateRangeInput!, $count: Int!) {
  metricQuery(metrics: ["revenue", "unitsSold"], dimensions: ["product"], range: $range, top: { dimension: "product", count: $count, by: "revenue" }, orderBy: [{ metric: "revenue", direction: DESC }], first: 500) {
    truncated
    nodes { currency dimensions { value isRest } values { metric value } }
  }
}`;

export const PRODUCT_NAMES = `query InsightsProductNames($ids: [ID!]!) {
  products(filter: { ids: $ids }, first: 100) { nodes { id name } }
}`;

export const FUNNEL = `query InsightsFunnel($range: DateRangeInput!) {
  metricQuery(metrics: ["visits", "visitsAddedToCart", "visitsCheckout", "visitsPurchased"], range: $range, first: 10) {
    nodes { values { metric value } }
  }
}`;

export const COHORTS = `query InsightsCohorts {
  cohorts { month size activity { monthIndex customers retention } }
}`;

export const RFM = `query InsightsRfm {
  rfmSegments { segment customers averageRecencyDays averageOrders }
}`;

export const QUALITY = `query InsightsQuality {
  dataQuality {
    buildId publishedAt asOf currentTo isStale verdict
    summary { layer severity passed failed }
    checks(failed: true) { suite name severity message observed }
    anomalies { table kind day severity message isAccepted }
    freshness { table staleAfterMinutes ageSeconds isStale }
  }
  qualityHistory(first: 10) { buildId state reason startedAt publishedAt checks red warnings }
  dataIncidents(first: 10) { id kind message openedAt closedAt }
}`;
