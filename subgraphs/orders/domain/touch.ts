/** The ways into the shop that marketing is counted by. */
export type Channel = "DIRECT" | "ORGANIC_SEARCH" | "PAID_SEARCH" | "ORGANIC_SOCIAL" | "PAID_SOCIAL" | "EMAIL" | "AFFILIATE" | "DISPLAY" | "REFERRAL" | "OTHER";

/** How a visit came about, as the frontend read it from the landing address and the browser. */
export interface SentTouch {
  readonly source?: string | null | undefined;
  readonly medium?: string | null | undefined;
  readonly campaign?: string | null | undefined;
  readonly referrerHost?: string | null | undefined;
  readonly landing?: string | null | undefined;
}

/** How a visit came about, as it is stored. */
export interface Touch {
  /** null where nothing was said, or where the visitor only came back from paying. */
  readonly channel: Channel | null;
  readonly source: string | null;
  readonly medium: string | null;
  readonly campaign: string | null;
  readonly landing: string | null;
}

const MAX_TEXT = 100;

const SEARCH_HOSTS = /(^|\.)(google|bing|yahoo|duckduckgo|ecosia|qwant|startpage|baidu|yandex|naver|seznam|search\.brave)\./;
const SOCIAL_HOSTS = /(^|\.)(facebook|fb|instagram|twitter|pinterest|linkedin|lnkd|reddit|tiktok|youtube|snapchat|threads|tumblr|bsky|mastodon|whatsapp|telegram)\.|^(t\.co|x\.com|youtu\.be|fb\.me|wa\.me|t\.me)$/;
/** Whoever comes from here has only paid there. */
const PAYMENT_HOSTS = /(^|\.)(paypal|stripe|klarna|adyen|mollie|sofort|worldpay|checkout|braintreegateway|3dsecure)\./;
const MAIL_HOSTS = /(^|\.)mail\.|(^|\.)(gmail|outlook)\./;

const SEARCH_NAMES = /^(google|bing|yahoo|duckduckgo|ecosia|qwant|startpage|baidu|yandex|naver|seznam|brave)$/;
const SOCIAL_NAMES = /^(facebook|fb|instagram|ig|twitter|x|pinterest|linkedin|reddit|tiktok|youtube|snapchat|threads|tumblr|bluesky|mastodon|whatsapp|telegram)$/;
const PAID = /^(cpc|ppc|cpm|cpv|cpa|paid|paid[ _-]?(search|social|media)|sem|retargeting|remarketing)$/;

/**
 * A touch with its channel, by what the link itself says (medium before source) and then by where the visitor came from. The rule is
 * fixed: the same words always mean the same channel.
 */
export function readTouch(sent: SentTouch | null | undefined): Touch {
  if (sent == null) return { channel: null, source: null, medium: null, campaign: null, landing: null };
  const source = word(sent.source);
  const medium = word(sent.medium);
  const campaign = word(sent.campaign);
  const landing = sent.landing ?? null;
  const host = hostOf(sent.referrerHost);
  if (source === null && medium === null && campaign === null) {
    if (host !== null && PAYMENT_HOSTS.test(host)) return { channel: null, source: null, medium: null, campaign: null, landing };
    return { channel: channelOfHost(host), source: host, medium: null, campaign: null, landing };
  }
  return { channel: channelOfWords(source, medium, host), source: source ?? host, medium, campaign, landing };
}

function channelOfHost(host: string | null): Channel {
  if (host === null) return "DIRECT";
  // before searches: mail.google.com is a letter box
  if (MAIL_HOSTS.test(host)) return "EMAIL";
  if (SEARCH_HOSTS.test(host)) return "ORGANIC_SEARCH";
  return SOCIAL_HOSTS.test(host) ? "ORGANIC_SOCIAL" : "REFERRAL";
}

function channelOfWords(source: string | null, medium: string | null, host: string | null): Channel {
  const isSearch = source !== null ? SEARCH_NAMES.test(source) || SEARCH_HOSTS.test(source) : host !== null && SEARCH_HOSTS.test(host);
  const isSocial = source !== null ? SOCIAL_NAMES.test(source) || SOCIAL_HOSTS.test(source) : host !== null && SOCIAL_HOSTS.test(host);
  if (medium === null) {
    if (isSearch) return "ORGANIC_SEARCH";
    if (isSocial) return "ORGANIC_SOCIAL";
    return source !== null && /^(newsletter|e-?mail)$/.test(source) ? "EMAIL" : "OTHER";
  }
  if (/^(e-?mail|newsletter)$/.test(medium)) return "EMAIL";
  if (/^(affiliates?|partner)$/.test(medium)) return "AFFILIATE";
  if (/^(display|banner|cpm|programmatic)$/.test(medium)) return "DISPLAY";
  if (/^paid[ _-]?social$/.test(medium)) return "PAID_SOCIAL";
  if (/^(paid[ _-]?search|sem)$/.test(medium)) return "PAID_SEARCH";
  if (PAID.test(medium)) return isSearch ? "PAID_SEARCH" : isSocial ? "PAID_SOCIAL" : "OTHER";
  if (/^social([ _-]?(media|network))?$/.test(medium)) return "ORGANIC_SOCIAL";
  if (medium === "organic") return isSocial ? "ORGANIC_SOCIAL" : "ORGANIC_SEARCH";
  if (medium === "referral") return "REFERRAL";
  return "OTHER";
}

/** One line of lower-case text, at most 100 characters. What could name somebody is blotted out: addresses of mail, long numbers, UUIDs. */
function word(text: string | null | undefined): string | null {
  if (text == null) return null;
  const tidy = text.slice(0, 10 * MAX_TEXT).normalize("NFKC").toLowerCase()
    .replaceAll(/[^\s@]{0,64}@[^\s@]{0,255}/gu, "[removed]")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\+?\d(?:[ ./()-]{0,2}\d){8,}/gu, "[removed]")
    .replaceAll(/[^\p{L}\p{M}\p{N}_.,:+|&/()[\]-]+/gu, " ").trim();
  return [...tidy].slice(0, MAX_TEXT).join("").trim() || null;
}

/** The host alone, without port, path and `www.`; null where it is none. */
function hostOf(text: string | null | undefined): string | null {
  const host = (text ?? "").slice(0, 2_000).trim().toLowerCase().replace(/^[a-z][a-z0-9+.-]*:\/\//, "").replace(/[/?#:].*$/s, "").replace(/^www\./, "").replace(/\.$/, "");
  return host.length <= MAX_TEXT && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(host) && !/^[\d.]+$/.test(host) ? host : null;
}
