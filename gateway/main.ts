import { splitProcessSettings } from "#platform/config.ts";
import { Lifecycle } from "#platform/lifecycle.ts";
import { createLog } from "#platform/log.ts";
import { startGateway } from "./startGateway.ts";
import type { GatewayOptions } from "./startGateway.ts";

const log = createLog("gateway");
const lifecycle = new Lifecycle(log);
const gateway = await startGateway({ ...splitProcessSettings<Omit<GatewayOptions, "log">>(), log });
lifecycle.onClose("gateway", () => gateway.close());
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void lifecycle.close().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ ready: true, url: gateway.url })}\n`);
