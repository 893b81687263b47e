import { createLog } from "#platform/log.ts";
import { DATA_DIR, textOption, type Command } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { openInstallation } from "../install/installation.ts";
import { openPipeline, runPipelineStep } from "../install/pipeline.ts";

export const command: Command = {
  name: "train",
  summary: "trains both models on a fresh build, promotes what beats its baseline, scores and publishes",
  options: { ...DATA_DIR },
  examples: ["martgraph train"],
  async run(values) {
    const json = values["json"] === true;
    const progress = createProgress(json);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("train"), attach: true });
    const stop = () => void installation.lifecycle.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    try {
      const pipeline = await openPipeline(installation);
      pipeline.warm();
      const result = await runPipelineStep(pipeline, { trigger: "manual", train: "force", force: true }, progress, installation.lifecycle.signal);
      const models = await pipeline.champions();
      if (json) process.stdout.write(`${JSON.stringify({ ...result, models })}\n`);
      else for (const model of models) progress.note(`  ${model.summary}`);
      return result.state === "SUCCEEDED" ? 0 : 1;
    } finally {
      await installation.lifecycle.close();
    }
  },
};
