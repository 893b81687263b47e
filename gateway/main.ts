import { untilAskedToStop } from "#kit/process.ts";
import { splitProcessSettings } from "#platform/config.ts";
import { createLog } from "#platform/log.ts";
import { startGateway } from "./startGateway.ts";
import type { GatewayOptions } from "./startGateway.ts";

const gateway = await startGateway({ ...splitProcessSettings<Omit<GatewayOptions, "log">>(), log: createLog("gateway") });
await untilAskedToStop(() => process.stdout.write(`${JSON.stringify({ ready: true, url: gateway.url })}\n`));
await gateway.close();
