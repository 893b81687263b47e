import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

/** Little of the format of ZIP (APPNOTE 6.3.10): deflated entries without encryption, no Zip64, which is what BI tools exchange. */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8_NAMES = 0x0800;
/** 1980-01-01, the format's first day: the same files make the same bytes. */
const FIRST_DAY = 0x0021;
const DEFLATED = 8;
const MOST_BYTES = 256 * 1024 * 1024;

export function writeZip(files: ReadonlyMap<string, string>): Buffer<ArrayBuffer> {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of files) {
    const name = Buffer.from(path, "utf8");
    const plain = Buffer.from(text, "utf8");
    const packed = deflateRawSync(plain);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(plain), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(plain.length, 8);
    const shared = Buffer.alloc(10);
    [20, UTF8_NAMES, DEFLATED, 0, FIRST_DAY].forEach((value, index) => shared.writeUInt16LE(value, index * 2));
    const lengths = Buffer.alloc(4);
    lengths.writeUInt16LE(name.length, 0);
    const local = Buffer.concat([uint32(LOCAL), shared, sizes, lengths, name, packed]);
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(offset, 12);
    centrals.push(Buffer.concat([uint32(CENTRAL), Buffer.from([20, 3]), shared, sizes, lengths.subarray(0, 2), tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(files.size, 8);
  end.writeUInt16LE(files.size, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

/** Files of an archive by path. @throws RangeError when it is no archive, is broken or far too large */
export function readZip(bytes: Uint8Array): Map<string, string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.lastIndexOf(uint32(END));
  if (end < 0) throw new RangeError("this is no ZIP archive");
  const files = new Map<string, string>();
  let at = buffer.readUInt32LE(end + 16);
  let total = 0;
  for (let left = buffer.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (buffer.readUInt32LE(at) !== CENTRAL) throw new RangeError("the archive's list of files is broken");
    const method = buffer.readUInt16LE(at + 10);
    const [packed, plain] = [buffer.readUInt32LE(at + 20), buffer.readUInt32LE(at + 24)];
    const [nameLength, extra, comment] = [buffer.readUInt16LE(at + 28), buffer.readUInt16LE(at + 30), buffer.readUInt16LE(at + 32)];
    const local = buffer.readUInt32LE(at + 42);
    const name = buffer.toString("utf8", at + 46, at + 46 + nameLength);
    total += plain;
    if (total > MOST_BYTES) throw new RangeError("the archive unpacks to more than 256 MiB");
    const from = local + 30 + buffer.readUInt16LE(local + 26) + buffer.readUInt16LE(local + 28);
    const body = buffer.subarray(from, from + packed);
    if (method !== 0 && method !== DEFLATED) throw new RangeError(`${name} is packed in a way that is not known here`);
    if (!name.endsWith("/")) files.set(name, (method === 0 ? body : inflateRawSync(body, { maxOutputLength: MOST_BYTES })).toString("utf8"));
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
