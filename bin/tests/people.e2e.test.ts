import { createHmac, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataSetsDir } from "#platform/config.ts";
import { startTestProvider, type TestProvider } from "#subgraphs/users/tests/testProvider.ts";
import { type Data, endEverything, lastLine, makeScratch, martgraph, startProduct, type StartedProduct } from "./startedProduct.ts";

/**
 * People and products as their users meet them, on a shop that the command line started: an account from its first mail to its
 * erasure, a vendor with the files of another shop, a shopper who cannot spell. Every test begins where the one before it ended.
 */
const scratch = makeScratch();
const dir = join(scratch, "data");
const LUMA = join(dataSetsDir(), "luma");
const BACK = "http://127.0.0.1:9/back";
const EMAIL = "ada@people.example";
const PASSWORD = "correct horse battery";
const PAIR = "__typename ... on TokenPair { accessToken refreshToken session { id } user { id emailVerified email } } ... on UserError { code message }";
const DONE = "__typename ... on UserError { code message path }";
let product: StartedProduct;
let provider: TestProvider;
let token = "";
let vendor = "";

beforeAll(async () => {
  provider = await startTestProvider("blue", [BACK], new Map([["ann", { email: "ann@blue.example", email_verified: true, name: "Ann" }]]));
  const { issuer, clientId, clientSecret } = provider.settings;
  product = await startProduct(dir, ["--size", "tiny"], {
    env: { MARTGRAPH_OIDC_BLUE_ISSUER: issuer, MARTGRAPH_OIDC_BLUE_CLIENT_ID: clientId, MARTGRAPH_OIDC_BLUE_CLIENT_SECRET: clientSecret, MARTGRAPH_OIDC_REDIRECT_URIS: BACK, MARTGRAPH_OIDC_ALLOW_LOOPBACK: "1", MARTGRAPH_KEEP: "off" },
  });
  vendor = await product.login("VENDOR");
}, 600_000);
afterAll(async () => {
  product?.signal("SIGINT");
  await product?.ended;
  await provider?.close();
  await endEverything([dir]);
  rmSync(scratch, { recursive: true, force: true });
}, 120_000);

async function ask(query: string, variables: object = {}, bearer?: string): Promise<Data> {
  const response = await fetch(product.ready.url, { method: "POST", body: JSON.stringify({ query, variables }), headers: { "content-type": "application/json", ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) } });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
  expect([query.slice(0, 60), errors?.map(({ message }) => message)]).toEqual([query.slice(0, 60), undefined]);
  return data as Data;
}
/** What a mutation with one input answers. */
async function call(name: string, input: object | undefined, selection: string, bearer?: string, type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`): Promise<Data> {
  const head = input ? `mutation ($input: ${type}!) { ${name}(input: $input)` : `mutation { ${name}`;
  return (await ask(`${head} { ${selection} } }`, input ? { input } : {}, bearer))[name];
}
const read = new Set<string>();
/** The link of the next mail to the address with these words in it. */
async function linkOf(words: string, to = EMAIL): Promise<URL> {
  for (let attempt = 0; attempt < 800; attempt += 1) {
    const mails = join(dir, "mail");
    for (const name of existsSync(mails) ? readdirSync(mails).filter((file) => file.endsWith(".eml") && !read.has(file)) : []) {
      const text = readFileSync(join(mails, name), "utf8").replaceAll("=\n", "").replaceAll("=3D", "=");
      const link = /http:\/\/[^\s<"]+\/account\/[^\s<"]+/.exec(text)?.[0];
      if (!text.includes(to) || !text.includes(words) || !link) continue;
      read.add(name);
      return new URL(link);
    }
    await sleep(50);
  }
  throw new Error(`no mail with "${words}" arrived`);
}
/** RFC 6238, as an authenticator app does it. */
function codeOf(secret: string): string {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE((mac[19] as number) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

describe("people", { timeout: 240_000 }, () => {
  let recoveryCodes: string[] = [];

  test("somebody registers, and proves the address by the mail that arrives", async () => {
    expect(await call("register", { email: EMAIL, password: PASSWORD, displayName: "Ada" }, PAIR)).toMatchObject({ __typename: "TokenPair", user: { emailVerified: false } });
    const link = await linkOf("Confirm your e-mail address");
    expect(await call("emailVerify", { token: link.searchParams.get("token") }, DONE)).toMatchObject({ __typename: "EmailVerifySuccess" });
    expect(await call("login", { email: EMAIL, password: PASSWORD }, PAIR)).toMatchObject({ __typename: "TokenPair", user: { emailVerified: true, email: EMAIL } });
  });

  test("turns the second factor on, and logs in with it", async () => {
    ({ accessToken: token } = await call("login", { email: EMAIL, password: PASSWORD }, PAIR) as { accessToken: string });
    const { secret } = await call("mfaEnroll", undefined, "... on MfaEnrolment { secret }", token);
    const enabled = await call("mfaConfirm", { code: codeOf(secret as string) }, "__typename ... on MfaEnabled { recoveryCodes }", token);
    expect(enabled["__typename"]).toBe("MfaEnabled");
    recoveryCodes = enabled["recoveryCodes"] as string[];
    const half = await call("login", { email: EMAIL, password: PASSWORD }, "__typename ... on MfaRequired { challenge }");
    expect(half["__typename"]).toBe("MfaRequired");
    const whole = await call("mfaVerify", { challenge: half["challenge"], recoveryCode: recoveryCodes[0] }, PAIR);
    expect(whole["__typename"]).toBe("TokenPair");
    token = whole["accessToken"] as string;
  });

  test("somebody else logs in by an identity provider, and again into the same account", async () => {
    expect((await ask("{ identityProviders { name } }"))["identityProviders"]).toEqual([{ name: "blue" }]);
    const login = async () => {
      const begun = await call("identityLoginStart", { provider: "blue", redirectUri: BACK }, "__typename ... on IdentityLoginStarted { authorizationUrl secret } ... on UserError { message }");
      const { searchParams } = await provider.authorize(begun["authorizationUrl"] as string, "ann");
      return call("identityLoginComplete", { ...Object.fromEntries(searchParams), secret: begun["secret"] }, PAIR, undefined, "IdentityAnswerInput");
    };
    const first = await login();
    expect(first).toMatchObject({ __typename: "TokenPair", user: { email: "ann@blue.example", emailVerified: true } });
    expect((await login())["user"].id).toBe(first["user"].id);
  });

  test("takes a copy of everything, and is erased: the session is over within a second, the login too", async () => {
    token = (await call("stepUp", { recoveryCode: recoveryCodes[1] }, PAIR, token))["accessToken"];
    expect(await call("dataExportRequest", undefined, DONE, token)).toMatchObject({ __typename: "DataExportRequestSuccess" });
    const link = await linkOf("/account/export");
    const copy = await fetch(link, { method: "POST" });
    expect([copy.status, await copy.text()]).toEqual([200, expect.stringContaining(EMAIL)]);
    expect(await call("userErase", { idempotencyKey: randomUUID() }, DONE, token)).toMatchObject({ __typename: "UserEraseSuccess" });
    await expect.poll(async () => (await fetch(product.ready.url, { method: "POST", body: '{"query":"{ me { id } }"}', headers: { "content-type": "application/json", authorization: `Bearer ${token}` } })).status, { timeout: 20_000 }).toBe(401);
    expect(await call("login", { email: EMAIL, password: PASSWORD }, PAIR)).toMatchObject({ __typename: "InvalidCredentials" });
  });
});

describe("products", { timeout: 400_000 }, () => {
  const variants: string[] = [];
  let productId = "";

  test("a vendor brings a product with a picture, and schedules a price", async () => {
    const input = { name: "Bluetooth Speaker Nomad", descriptionHtml: "<p>Small and <b>loud</b>.<script>alert(1)</script></p>", productType: "Speaker", publish: true, variants: [{ sku: "NOMAD-1", name: "Nomad" }] };
    const made = await call("productCreate", input, `${DONE} ... on ProductCreateSuccess { product { id descriptionHtml variants { nodes { id } } } }`, vendor);
    expect(made).toMatchObject({ __typename: "ProductCreateSuccess", product: { descriptionHtml: "<p>Small and <b>loud</b>.</p>" } });
    productId = made["product"].id;
    variants.push(made["product"].variants.nodes[0].id);
    const picture = await sharp({ create: { width: 400, height: 300, channels: 3, background: "navy" } }).jpeg().toBuffer();
    const { upload } = await call("mediaUploadStart", { productId, fileName: "nomad.jpg", contentType: "image/jpeg", size: picture.length }, `${DONE} ... on MediaUploadStartSuccess { upload { id url headers { name value } } }`, vendor);
    const headers = Object.fromEntries(upload.headers.map(({ name, value }: Record<string, string>) => [name, value])) as Record<string, string>;
    expect((await fetch(new URL(upload.url, product.ready.url), { method: "PUT", headers, body: new Uint8Array(picture) })).status).toBe(200);
    const { media } = await call("mediaUploadComplete", { id: upload.id }, `${DONE} ... on MediaUploadCompleteSuccess { media { url(width: 300) } }`, vendor);
    expect((await fetch(new URL(media.url, product.ready.url))).headers.get("content-type")).toBe("image/webp");
    const price = { variantId: variants[0], currency: "GBP" };
    expect(await call("priceSet", { ...price, amount: "49.90" }, DONE, vendor)).toMatchObject({ __typename: "PriceSetSuccess" });
    // The shop's own clock may lie some years behind or ahead of this machine's: far enough ahead for both.
    const later = (days: number) => new Date(Date.now() + (1_000 + days) * 86_400_000).toISOString();
    expect(await call("priceSchedule", { ...price, amount: "39.90", compareAt: "49.90", validFrom: later(0), validTo: later(7) }, DONE, vendor)).toMatchObject({ __typename: "PriceScheduleSuccess" });
    const { warehouses } = await ask("{ warehouses(first: 1) { nodes { id } } }", {}, vendor);
    expect(await call("inventoryAdjust", { variantId: variants[0], warehouseId: warehouses.nodes[0].id, setTo: 10, reason: "first delivery", idempotencyKey: randomUUID() }, DONE, vendor)).toMatchObject({ __typename: "InventoryAdjustSuccess" });
  });

  test("a shopper who cannot spell finds it with facets, buys it, reviews it and keeps it", async () => {
    const found = async () => (await ask('{ search(query: "blutooth speeker", first: 5) { totalCount appliedMode nodes { id name image { url } } facets { availability { count } vendors { count } } } }'))["search"];
    await expect.poll(async () => (await found()).nodes[0]?.name, { timeout: 30_000 }).toBe("Bluetooth Speaker Nomad");
    expect(await found()).toMatchObject({ appliedMode: "CORRECTED", nodes: [{ id: productId, image: { url: expect.stringContaining("/media/") } }], facets: { vendors: [{ count: expect.any(Number) }] } });
    const shopper = (await call("register", { email: "bob@people.example", password: PASSWORD }, PAIR))["accessToken"] as string;
    const { cart } = await call("cartCreate", { currency: "GBP", countryCode: "GB" }, `${DONE} ... on CartCreateSuccess { cart { id } }`, shopper);
    await call("cartLinesSet", { cartId: cart.id, lines: [{ variantId: variants[0], quantity: 1 }] }, DONE, shopper);
    expect(await call("checkoutComplete", { cartId: cart.id, idempotencyKey: randomUUID() }, DONE, shopper)).toMatchObject({ __typename: "CheckoutCompleteSuccess" });
    const { review } = await call("reviewSubmit", { productId, rating: 5, title: "Loud", body: "Louder than I thought." }, `${DONE} ... on ReviewSubmitSuccess { review { id isVerifiedPurchase state } }`, shopper);
    expect(review).toMatchObject({ isVerifiedPurchase: true, state: "PENDING" });
    expect(await call("reviewModerate", { reviewId: review.id, verdict: "PUBLISH" }, DONE, await product.login("SUPPORT"))).toMatchObject({ __typename: "ReviewModerateSuccess" });
    expect((await ask("query ($id: ID!) { product(id: $id) { rating { average count } reviews { nodes { title } } } }", { id: productId }))["product"]).toEqual({ rating: { average: "5.00", count: 1 }, reviews: { nodes: [{ title: "Loud" }] } });
    expect(await call("wishlistAdd", { productId }, DONE, shopper)).toMatchObject({ __typename: "WishlistAddSuccess" });
    expect((await ask("{ me { wishlists { items { nodes { product { id } } } } } }", {}, shopper))["me"].wishlists[0].items.nodes).toEqual([{ product: { id: productId } }]);
  });

  test("the vendor's own files of another system come in by a mapping, beside the running shop", async ({ skip }) => {
    skip(!existsSync(LUMA), `the Luma catalogue is not in ${LUMA}: set MARTGRAPH_DATA`);
    const { me } = await ask("{ me { vendors { slug } } }", {}, vendor);
    const { stdout, stderr } = await martgraph(["import", "--mapping", "luma", "--from", LUMA, "--vendor", me.vendors[0].slug, "--data-dir", dir, "--json"]);
    const told = lastLine(stdout);
    expect([told, stderr.slice(-300)]).toEqual([expect.objectContaining({ state: "DONE", problem: null }), expect.any(String)]);
    // 191 products, 1,177 links and 725 pictures are among them (importLuma.db.test.ts counts each).
    expect(told["created"]).toBeGreaterThanOrEqual(191 + 1_177 + 725);
    await expect.poll(async () => (await ask('{ search(query: "hero hoodie", first: 1) { nodes { name vendor { slug } image { url } variants(first: 100) { nodes { sku } } } } }'))["search"].nodes[0], { timeout: 60_000 }).toMatchObject({
      name: "Hero Hoodie", vendor: { slug: me.vendors[0].slug }, image: { url: expect.stringContaining("/media/") }, variants: { nodes: expect.arrayContaining([{ sku: "MH07-L-BLACK" }]) },
    });
  });
});
