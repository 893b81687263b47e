import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

interface Service {
  image?: string;
  build?: string;
  healthcheck?: { test?: readonly string[]; interval?: string; timeout?: string; retries?: number };
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  ports?: readonly string[];
  volumes?: readonly string[];
}
const compose = parse(read("docker-compose.yml")) as { services: Record<string, Service>; volumes?: Record<string, unknown> };
const { version } = JSON.parse(read("package.json")) as { version: string };
const services = Object.entries(compose.services);

/** Major and minor at least: a tag that names less moves under the reader's feet. */
const PINNED = /^([a-z0-9./-]+):\d+\.\d+(\.\d+)?([a-z0-9.-]*)$/;

describe.each(services)("service %s", (_name, service) => {
  test("runs an image of a named version, from a source that still publishes", () => {
    expect(service.image).toMatch(PINNED);
    expect(service.image).not.toMatch(/latest|^(docker\.io\/)?(minio|bitnami|bitnamilegacy)\//);
    if (service.build) expect(service.image).toBe(`martgraph:${version}`);
  });

  test("tells whether it is well, in bounded time", () => {
    expect(service.healthcheck).toMatchObject({ test: expect.arrayContaining([expect.stringMatching(/^CMD(-SHELL)?$/)]), interval: expect.stringMatching(/^\d+s$/), timeout: expect.stringMatching(/^\d+s$/), retries: expect.any(Number) });
  });

  test("waits until what it needs is well", () => {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(needed);
      expect(condition).toBe("service_healthy");
    }
  });

  test("is open to this machine alone", () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test("keeps its data in volumes that are declared", () => {
    for (const volume of service.volumes ?? []) expect(Object.keys(compose.volumes ?? {})).toContain(volume.split(":")[0]);
  });
});

test("our settings in it are settings that there are", () => {
  const known = new Set([...read("platform/config.ts").matchAll(/"(MARTGRAPH_[A-Z_]+)"/g)].map(([, name]) => name));
  const ours = services.flatMap(([, service]) => Object.keys(service.environment ?? {})).filter((name) => name.startsWith("MARTGRAPH_"));
  expect(ours.length).toBeGreaterThan(0);
  expect(ours.filter((name) => !known.has(name))).toEqual([]);
});

test("no password stands in it: who starts it must bring one", () => {
  const secrets = services.flatMap(([, service]) => Object.entries(service.environment ?? {})).filter(([name, value]) => /PASSWORD/.test(name) || /:\/\/[^@/]*:[^@/]*@/.test(String(value)));
  expect(secrets.length).toBeGreaterThan(0);
  for (const [, value] of secrets) expect(value).toMatch(/\$\{\w+:\?[^}]+\}/);
});

test("the image is built on a named version, of the Node line that we pin, and does not run as root", () => {
  const dockerfile = read("Dockerfile");
  const bases = [...dockerfile.matchAll(/^FROM\s+(\S+)/gm)].map(([, image]) => image ?? "");
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: { node: string } };
  expect(bases.length).toBeGreaterThan(0);
  for (const base of bases) {
    expect(base).toMatch(PINNED);
    expect(base).toMatch(/:\d+\.\d+\.\d+-/);
  }
  expect(bases[0]).toMatch(new RegExp(`^node:${dependencies.node.split(".")[0]}\\.`));
  expect(dockerfile).toMatch(/^USER (?!root\b)\w+/m);
});
