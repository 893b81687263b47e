import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { objectsRoute } from "#gateway/objects/objectsRoute.ts";
import { businessClock, wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import { createCatalogSubgraph } from "#subgraphs/catalog/subgraph.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { Installation } from "../../install/installation.ts";
import { objectsOf } from "../../install/objects.ts";

/** The catalogue and the gateway's way to its pictures, as `start` serves them from this installation. */
export async function servePictures(installation: Installation) {
  const objects = objectsOf(installation);
  const db = Database.open(installation.databases.as("martgraph_catalog"));
  const subgraph = await createCatalogSubgraph({ db, clocks: { business: await businessClock(db), wall: wallClock }, log: silentLog, objects });
  const graph = graphOf(subgraph);
  const route = await objectsRoute(objects);
  const server = createServer((request, response) => void route.handle(new URL(request.url ?? "", "http://localhost").pathname, request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    /** Hands a picture in as a client does; answers its addresses once the shop has taken it. */
    async upload(): Promise<string[]> {
      const { rows: [product] } = await installation.owner("shop").raw<{ id: string }>("select id from catalog.products order by id limit 1");
      const { rows: [user] } = await installation.owner("shop").raw<{ id: string }>("select id from users.users order by id limit 1");
      const admin = graph.as(person(user?.id ?? "", "ADMIN"));
      const bytes = new Uint8Array(await sharp({ create: { width: 900, height: 600, channels: 3, background: "#a37" } }).jpeg().toBuffer());
      const { data: started } = await admin.run("mutation ($input: MediaUploadStartInput!) { mediaUploadStart(input: $input) { ... on MediaUploadStartSuccess { upload { id url headers { name value } } } } }", {
        input: { productId: encodeId("prd", product?.id ?? ""), fileName: "front.jpg", contentType: "image/jpeg", size: bytes.length },
      });
      const { id, url, headers } = started["mediaUploadStart"].upload as { id: string; url: string; headers: { name: string; value: string }[] };
      const sent = await fetch(at(url), { method: "PUT", headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])), body: bytes });
      if (sent.status !== 200) throw new Error(`the upload was answered ${sent.status}`);
      const { data } = await admin.run("mutation ($input: MediaUploadCompleteInput!) { mediaUploadComplete(input: $input) { ... on MediaUploadCompleteSuccess { media { renditions { url } } } } }", { input: { id } });
      return (data["mediaUploadComplete"].media.renditions as { url: string }[]).map((one) => one.url);
    },
    async fetch(url: string): Promise<Buffer | number> {
      const answer = await fetch(at(url));
      return answer.status === 200 ? Buffer.from(await answer.arrayBuffer()) : answer.status;
    },
    async close() {
      await new Promise((done) => server.close(done));
      await route.close();
      await subgraph.close();
      await db.close();
    },
  };
}
