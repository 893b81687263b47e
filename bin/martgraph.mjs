#!/usr/bin/env node
// The one entry. Plain JavaScript without dependencies, because nothing is installed yet and the Node that
// runs it may be older than the pinned one: it makes the machine ready, then hands over to the pinned Node.

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) {
  fail(`Martgraph needs Node 20 or newer to set itself up and this is ${process.version}: install a newer Node and start again.`);
} else {
  const { main } = await import("./bootstrap/main.mjs");
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof Error && error.name === "SetupError") fail(error.message);
    else fail(`The set-up failed unexpectedly: ${error instanceof Error ? error.message : String(error)}; "rm -rf node_modules .martgraph/python" and a new start make it from scratch.`);
  }
}

function fail(sentence) {
  const json = process.argv.includes("--json");
  process.stderr.write(json ? `${JSON.stringify({ error: sentence })}\n` : `\nmartgraph: ${sentence}\n`);
  process.exitCode = 1;
}
