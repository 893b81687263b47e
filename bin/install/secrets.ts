import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { SetupError, systemCode } from "#platform/postgres/setupError.ts";
import { writePrivate, type DataDir } from "./dataDir.ts";

export const ROLES = ["martgraph_users", "martgraph_catalog", "martgraph_orders", "martgraph_capture", "martgraph_relay", "martgraph_loader", "martgraph_builder", "martgraph_serving", "bi_reader", "martgraph_sql_analyst", "martgraph_sql_vendor", "martgraph_sql_personal"] as const;
export type DatabaseRole = (typeof ROLES)[number];
export const SUBGRAPHS = ["users", "catalog", "orders", "predictions", "analytics"] as const;
export type SubgraphName = (typeof SUBGRAPHS)[number];
export const ACCOUNT_ROLES = ["CUSTOMER", "VENDOR", "SUPPORT", "ANALYST", "ADMIN"] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** What is random per installation; kept in the data directory for its owner alone. */
export interface Secrets {
  version: 1;
  databasePasswords: Record<DatabaseRole, string>;
  /** Ed25519, signs access tokens. */
  tokenKey: { privateJwk: JWK; publicJwk: JWK };
  /** One key per subgraph for the signed hop, base64url of 32 bytes. */
  hopKeys: Record<SubgraphName, string>;
  accountPasswords: Record<AccountRole, string>;
  /** Seals what is stored secretly, such as authenticator apps; base64url of 32 bytes. Lost, those have to be set up anew. */
  dataKey: string;
}

/** Reads the installation's secrets, or makes them at the first start. */
export async function loadSecrets(dir: DataDir): Promise<Secrets> {
  let text: string;
  try {
    text = readFileSync(dir.secretsFile, "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw new SetupError(`The secrets in ${dir.secretsFile} cannot be read: start as the user who owns them.`);
    const made = await makeSecrets();
    writePrivate(dir.secretsFile, `${JSON.stringify(made, null, 2)}\n`);
    return made;
  }
  const secrets = parsed(text);
  if (isOfEarlierVersion(secrets)) {
    for (const role of LATER_ROLES) secrets.databasePasswords[role] ??= random(18);
    secrets.dataKey ??= random(32);
    writePrivate(dir.secretsFile, `${JSON.stringify(secrets, null, 2)}\n`);
  }
  if (!isWhole(secrets)) throw new SetupError(`The file ${dir.secretsFile} is damaged: restore it from a backup, or begin anew with --reset.`);
  return secrets;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Roles that came after the first release: an installation that is older gets their passwords at its next start. */
const LATER_ROLES = ["martgraph_relay", "martgraph_sql_analyst", "martgraph_sql_vendor", "martgraph_sql_personal"] as const satisfies readonly DatabaseRole[];
const FIRST_ROLES = ROLES.filter((role) => !(LATER_ROLES as readonly DatabaseRole[]).includes(role));

const isOfEarlierVersion = (value: unknown): value is Secrets => isWhole(value, FIRST_ROLES, () => true) && !isWhole(value);

const isGiven = (text: unknown): boolean => typeof text === "string" && text !== "";

/** Half a file can be JSON too, and a missing password must not become the password "undefined". */
function isWhole(value: unknown, roles: readonly DatabaseRole[] = ROLES, mayHold: (text: unknown) => boolean = isGiven): value is Secrets {
  const held = value as Partial<Secrets> | null | undefined;
  const has = (part: Readonly<Record<string, unknown>> | undefined, keys: readonly string[]) => keys.every((key) => isGiven(part?.[key]));
  return has(held?.databasePasswords, roles) && has(held?.hopKeys, SUBGRAPHS) && has(held?.accountPasswords, ACCOUNT_ROLES) && Boolean(held?.tokenKey?.privateJwk && held.tokenKey.publicJwk) && mayHold(held?.dataKey);
}

async function makeSecrets(): Promise<Secrets> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const kid = random(6);
  const jwk = async (key: typeof privateKey): Promise<JWK> => ({ ...(await exportJWK(key)), kid, alg: "EdDSA", use: "sig" });
  return {
    version: 1,
    databasePasswords: fromKeys(ROLES, () => random(18)),
    tokenKey: { privateJwk: await jwk(privateKey), publicJwk: await jwk(publicKey) },
    hopKeys: fromKeys(SUBGRAPHS, () => random(32)),
    accountPasswords: fromKeys(ACCOUNT_ROLES, () => random(12)),
    dataKey: random(32),
  };
}

const random = (bytes: number) => randomBytes(bytes).toString("base64url");

function fromKeys<K extends string>(keys: readonly K[], make: () => string): Record<K, string> {
  return Object.fromEntries(keys.map((key) => [key, make()])) as Record<K, string>;
}
