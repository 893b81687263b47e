import { afterEach, describe, expect, test, vi } from "vitest";
import { identitySettings } from "../identitySettings.ts";

const SECRET = "kept-for-itself";
const set = (values: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(`MARTGRAPH_OIDC_${name}`, value);
};
const whole = { GOOGLE_ISSUER: "https://accounts.google.com", GOOGLE_CLIENT_ID: "shop", GOOGLE_CLIENT_SECRET: SECRET };
const why = (): string => {
  try {
    identitySettings();
    return "";
  } catch (error) {
    return String(error);
  }
};

describe("identitySettings", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("nothing is set: nobody but ourselves", () => expect(identitySettings()).toEqual({ providers: [], redirectUris: [] }));

  test("several providers, each with a label of its own or its name", () => {
    set({ ...whole, WORK_ISSUER: "https://login.work.example/tenant/", WORK_CLIENT_ID: "a b".replace(" ", "-"), WORK_CLIENT_SECRET: "s", WORK_LABEL: "Work account", REDIRECT_URIS: "https://shop.example/in, http://localhost:3000/in" });
    expect(identitySettings()).toEqual({
      providers: [
        { name: "google", label: "Google", issuer: "https://accounts.google.com", clientId: "shop", clientSecret: SECRET },
        { name: "work", label: "Work account", issuer: "https://login.work.example/tenant/", clientId: "a-b", clientSecret: "s" },
      ],
      redirectUris: ["https://shop.example/in", "http://localhost:3000/in"],
    });
  });

  test.each(["GOOGLE_ISSUER", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"])("says what is missing: %s", (missing) => {
    set({ ...whole, [missing]: "" });
    expect(why()).toContain(`MARTGRAPH_OIDC_${missing} is not set`);
    expect(why()).not.toContain(SECRET);
  });

  test("http is for a provider on this machine, and only where that is asked for", () => {
    for (const issuer of ["http://accounts.google.com", "http://127.0.0.1:3000", "http://10.0.0.1", "http://localhost.evil.example"]) {
      set({ ...whole, GOOGLE_ISSUER: issuer });
      expect(why(), issuer).toContain("is http");
    }
    set({ ALLOW_LOOPBACK: "1" });
    for (const issuer of ["http://accounts.google.com", "http://10.0.0.1", "http://localhost.evil.example"]) {
      set({ ...whole, GOOGLE_ISSUER: issuer });
      expect(why(), issuer).toContain("is http");
    }
    for (const issuer of ["http://127.0.0.1:3000", "http://localhost:3000/oidc", "http://[::1]:3000"]) {
      set({ ...whole, GOOGLE_ISSUER: issuer });
      expect(why(), issuer).toBe("");
    }
  });

  test.each(["accounts.google.com", "ftp://accounts.google.com", "https://user:pw@accounts.google.com", "https://accounts.google.com?a=b", "https://accounts.google.com#a"])("no issuer: %s", (issuer) => {
    set({ ...whole, GOOGLE_ISSUER: issuer });
    expect(why()).toContain("is no issuer");
  });

  test.each(["GOOGLE_CLIENTID", "google_ISSUER", "_ISSUER", "GOOGLE_X_ISSUER"])("a setting nobody reads is a slip: %s", (name) => {
    set({ ...whole, [name]: "x" });
    expect(why()).toContain(`MARTGRAPH_OIDC_${name} is no setting`);
  });

  test.each(["/in", "http://shop.example/in", "https://shop.example/in#x", "https://shop.example/in?x=1", "javascript:alert(1)", "https://a@shop.example"])("no place to come back to: %s", (uri) => {
    set({ REDIRECT_URIS: `https://shop.example/ok,${uri}` });
    expect(why()).toContain("REDIRECT_URIS has");
  });

  test.each([["GOOGLE_CLIENT_SECRET", "a\nb"], ["GOOGLE_CLIENT_ID", "é"], ["GOOGLE_LABEL", "x".repeat(61)], ["ALLOW_LOOPBACK", "yes"]])("%s as %j is refused by its name, and secrets are not repeated", (name, value) => {
    set({ ...whole, [name]: value });
    expect(why()).toContain(`MARTGRAPH_OIDC_${name}`);
    expect(why()).not.toContain(SECRET);
  });
});
