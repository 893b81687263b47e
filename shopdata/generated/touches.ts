import { createRandom } from "../random.ts";

/** How a made-up visit came about; the same words as the shop keeps of real ones. */
export interface GeneratedTouch {
  channel: string | null;
  source: string | null;
  medium: string | null;
  campaign: string | null;
  landing: string | null;
  device: string | null;
}

interface Way { channel: string; source: string | null; medium: string | null; campaigns?: readonly string[]; landings: readonly string[]; buyers: number; others: number }

const CAMPAIGNS = ["spring-lights", "summer-garden", "autumn-table", "gift-season"];
/** Shares of visits that bought and of those that did not, in per cent: made up, not taken from any shop. */
const WAYS: readonly Way[] = [
  { channel: "DIRECT", source: null, medium: null, landings: ["HOME", "HOME", "ACCOUNT", "CART"], buyers: 26, others: 16 },
  { channel: "ORGANIC_SEARCH", source: "google.com", medium: null, landings: ["PRODUCT", "PRODUCT", "CATEGORY"], buyers: 24, others: 30 },
  { channel: "PAID_SEARCH", source: "google", medium: "cpc", campaigns: ["brand", "lanterns", "storage"], landings: ["CATEGORY", "PRODUCT"], buyers: 15, others: 14 },
  { channel: "EMAIL", source: "newsletter", medium: "email", campaigns: CAMPAIGNS, landings: ["CAMPAIGN", "PRODUCT"], buyers: 17, others: 7 },
  { channel: "ORGANIC_SOCIAL", source: "pinterest.com", medium: null, landings: ["PRODUCT", "CONTENT"], buyers: 4, others: 13 },
  { channel: "PAID_SOCIAL", source: "instagram", medium: "paid_social", campaigns: CAMPAIGNS, landings: ["CAMPAIGN"], buyers: 5, others: 11 },
  { channel: "AFFILIATE", source: "gift-guides", medium: "affiliate", landings: ["PRODUCT"], buyers: 4, others: 3 },
  { channel: "REFERRAL", source: "homes.example", medium: null, landings: ["CONTENT", "HOME"], buyers: 3, others: 4 },
  { channel: "DISPLAY", source: "adnetwork", medium: "display", campaigns: CAMPAIGNS, landings: ["CAMPAIGN"], buyers: 1, others: 2 },
];
/** Visits that said nothing of how they came, as some frontends do not. */
const SILENT_SHARE = 0.04;

/** Draws how visits come about. A person keeps to one kind of device most of the time. */
export function createTouches(seed: number | string): (customer: number | undefined, buys: boolean) => GeneratedTouch {
  const random = createRandom(seed, "touches");
  const devices = new Map<number, string>();
  const anyDevice = () => random.pick(["DESKTOP", "DESKTOP", "DESKTOP", "DESKTOP", "MOBILE", "MOBILE", "MOBILE", "MOBILE", "MOBILE", "TABLET"]);
  return (customer, buys) => {
    let device = anyDevice();
    if (customer !== undefined) {
      if (!devices.has(customer)) devices.set(customer, device);
      else if (random.chance(0.85)) device = devices.get(customer) as string;
    }
    if (random.chance(SILENT_SHARE)) return { channel: null, source: null, medium: null, campaign: null, landing: null, device };
    let point = random.int(WAYS.reduce((sum, way) => sum + (buys ? way.buyers : way.others), 0));
    const way = WAYS.find((one) => (point -= buys ? one.buyers : one.others) < 0) as Way;
    return {
      channel: way.channel, source: way.source, medium: way.medium, campaign: way.campaigns ? random.pick(way.campaigns) : null, landing: random.pick(way.landings), device,
    };
  };
}
