import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DefinitionNode, type FieldDefinitionNode, type InputValueDefinitionNode, Kind, print, type TypeNode } from "graphql";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { readSubgraphDocument } from "../sdl.ts";

// What holds of the whole graph, read from its schema and from the names of the tests: nobody has to remember it.
const SUBGRAPHS = ["users", "catalog", "orders", "analytics", "predictions"] as const;
const ROOT = join(import.meta.dirname, "..", "..");
const definitions = Object.fromEntries(SUBGRAPHS.map((name) => [name, readSubgraphDocument(name).definitions])) as Record<(typeof SUBGRAPHS)[number], readonly DefinitionNode[]>;

/** Names of tests and of their groups; of a table of tests its texts too, which fill in the name. */
function titlesOf(slice: string): string {
  const titles: string[] = [];
  for (const file of globSync("**/*.test.ts", { cwd: join(ROOT, slice) })) {
    const source = ts.createSourceFile(file, readFileSync(join(ROOT, slice, file), "utf8"), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && /^(test|describe)\b/.test(node.expression.getText(source))) {
        const [title] = node.arguments;
        if (title && ts.isStringLiteralLike(title)) {
          titles.push(title.text);
          if (/%[a-z]|\$/.test(title.text)) titles.push(node.expression.getText(source));
        } else if (title && ts.isTemplateExpression(title)) titles.push(title.getText(source));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return titles.join("\n");
}

describe.each(SUBGRAPHS)("answers of mutations of %s", (slice) => {
  const members = new Set(definitions[slice].flatMap((node) => (node.kind === Kind.UNION_TYPE_DEFINITION && node.name.value.endsWith("Result") ? (node.types ?? []).map((type) => type.name.value) : [])));
  test("every member of every union is in the name of a test of its slice", () => {
    const titles = titlesOf(slice);
    expect([...members].filter((member) => !new RegExp(`(?<![A-Za-z])${member}(?![A-Za-z])`).test(titles)).sort()).toEqual([]);
  });
});

/** Moves money or stock, or leads to it. */
const MOVES = /^(checkout|fraudReview|payment|order|fulfilment|return|refund|inventory|incoming|giftCard|voucher)/;
/** Why a call that moves something needs no key: the same call again finds it done and answers so. */
const WITHOUT_KEY: Readonly<Record<string, string>> = {
  fulfilmentShip: "a parcel is shipped once: its state is the key",
  fulfilmentDeliver: "a parcel is delivered once: its state is the key",
  fulfilmentCancel: "a parcel is taken apart once: its state is the key",
  returnReceive: "a return is received once: its state is the key",
  giftCardDisable: "a card is disabled once, and its balance stays",
  incomingSet: "says what is, not by how much it changes",
  orderInvoice: "an order has one invoice: asked for again it is the same",
  orderNoteAdd: "a note moves nothing",
  paymentWebhookReceive: "the provider's own id of the event is the key",
  paymentChallengeAnswer: "a challenge is answered once: its state is the key",
};

test("every mutation that moves money or stock takes an idempotency key, or says why it needs none", () => {
  const keyless: string[] = [];
  for (const slice of SUBGRAPHS) {
    const inputs = new Map(definitions[slice].flatMap((node) => (node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? [[node.name.value, node.fields ?? []] as const] : [])));
    const isKey = (one: InputValueDefinitionNode) => one.name.value === "idempotencyKey" && print(one.type) === "String!";
    for (const field of fieldsOf(slice, "Mutation")) {
      if (!MOVES.test(field.name.value)) continue;
      const has = (field.arguments ?? []).some((argument) => isKey(argument) || (inputs.get(named(argument.type)) ?? []).some(isKey));
      if (!has) keyless.push(field.name.value);
    }
  }
  expect(keyless.sort()).toEqual(Object.keys(WITHOUT_KEY).sort());
});

/** Counts and rates whose names sound like money. */
const NO_MONEY = /Bps$|Count$|Quantity$|Days$|Seconds$|Minutes$|Limit$|Percent$|minorUnits|exponent|totalCount/;
const MONEY = /amount|price|balance|subtotal|total|shipping|discount|^tax|tax$|commission|share$|gross|^net$|^due|paid|refund|fee|cost|revenue|worth/i;

test("money is Money, or decimal text on the way in: never a number", () => {
  const numbers: string[] = [];
  for (const slice of ["users", "catalog", "orders"] as const) {
    each(slice, (path, type) => {
      const name = path.split(".").at(-1) ?? "";
      if (named(type) === "Float" || (named(type) === "Int" && MONEY.test(name) && !NO_MONEY.test(name))) numbers.push(`${slice}: ${path} ${print(type)}`);
    });
  }
  expect(numbers).toEqual([]);
});

test("every type, field, argument and value says what it is", () => {
  const silent: string[] = [];
  for (const slice of SUBGRAPHS) {
    for (const node of definitions[slice]) {
      if (!("name" in node) || !node.name || node.kind === Kind.DIRECTIVE_DEFINITION || node.kind === Kind.SCALAR_TYPE_DEFINITION) continue;
      const { value } = node.name;
      if (!["Query", "Mutation"].includes(value) && "description" in node && !node.description && !node.kind.endsWith("Extension")) silent.push(`${slice}: ${value}`);
      if (node.kind === Kind.ENUM_TYPE_DEFINITION) for (const one of node.values ?? []) if (!one.description) silent.push(`${slice}: ${value}.${one.name.value}`);
    }
    each(slice, (path, _type, isDescribed) => void (isDescribed || silent.push(`${slice}: ${path}`)));
  }
  expect(silent).toEqual([]);
});

function fieldsOf(slice: (typeof SUBGRAPHS)[number], type: string): readonly FieldDefinitionNode[] {
  return definitions[slice].flatMap((node) => ((node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION) && node.name.value === type ? (node.fields ?? []) : []));
}

/** Every field, argument and field of an input. */
function each(slice: (typeof SUBGRAPHS)[number], look: (path: string, type: TypeNode, isDescribed: boolean) => void): void {
  for (const node of definitions[slice]) {
    if (!("fields" in node) || !("name" in node) || !node.name) continue;
    for (const field of node.fields ?? []) {
      const path = `${node.name.value}.${field.name.value}`;
      look(path, field.type, field.description !== undefined);
      if ("arguments" in field) for (const argument of field.arguments ?? []) look(`${path}.${argument.name.value}`, argument.type, argument.description !== undefined);
    }
  }
}

function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}
